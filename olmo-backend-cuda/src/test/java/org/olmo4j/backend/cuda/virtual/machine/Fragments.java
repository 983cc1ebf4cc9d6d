package org.olmo4j.backend.cuda.virtual.machine;

import java.util.StringJoiner;

/** The lanes of a warp that do not run now, by the place in the code where they stand, and whether they wait there. */
final class Fragments {

    private static final int READY = 0;
    private static final int WAITING = 1;
    private static final int AT_BARRIER = 2;

    private final int[] positions = new int[Warp.LANES + 1];
    private final int[] masks = new int[Warp.LANES + 1];
    private final int[] kinds = new int[Warp.LANES + 1];
    private int count;

    void clear() {
        count = 0;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void add(int position, int mask) {
        add(position, mask, READY);
    }

    void addWaiting(int position, int mask) {
        add(position, mask, WAITING);
    }

    void addAtBarrier(int position, int mask) {
        add(position, mask, AT_BARRIER);
    }

    private void add(int position, int mask, int kind) {
        for (int i = 0; i < count; i++) {
            if (positions[i] == position && kinds[i] == kind) {
                masks[i] |= mask;
                return;
            }
        }
        positions[count] = position;
        masks[count] = mask;
        kinds[count++] = kind;
    }

    /** The place of the lanes that are least far and can run; the largest integer if there are none. */
    int lowest() {
        int lowest = Integer.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            if (kinds[i] == READY) {
                lowest = Math.min(lowest, positions[i]);
            }
        }
        return lowest;
    }

    /** The place of the next lanes behind a place that can run; if there are none, of the least far ones. */
    int lowestBehind(int position) {
        int lowest = Integer.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            if (kinds[i] == READY && positions[i] > position) {
                lowest = Math.min(lowest, positions[i]);
            }
        }
        return lowest == Integer.MAX_VALUE ? lowest() : lowest;
    }

    /** Takes out the lanes at a place that can run. */
    int take(int position) {
        return take(position, READY);
    }

    /** Takes out the lanes at a place that wait there for others of the warp. */
    int takeWaiting(int position) {
        return count == 0 ? 0 : take(position, WAITING);
    }

    private int take(int position, int kind) {
        for (int i = 0; i < count; i++) {
            if (positions[i] == position && kinds[i] == kind) {
                int mask = masks[i];
                count--;
                positions[i] = positions[count];
                masks[i] = masks[count];
                kinds[i] = kinds[count];
                return mask;
            }
        }
        return 0;
    }

    /** Whether all lanes of a mask wait at a barrier of the block. */
    boolean allAtBarrier(int mask) {
        int there = 0;
        for (int i = 0; i < count; i++) {
            if (kinds[i] == AT_BARRIER) {
                there |= masks[i];
            }
        }
        return (mask & ~there) == 0;
    }

    void releaseBarrier() {
        for (int i = 0; i < count; i++) {
            if (kinds[i] == AT_BARRIER) {
                kinds[i] = READY;
            }
        }
    }

    String describe(Instruction[] code) {
        StringJoiner text = new StringJoiner("; ");
        for (int i = 0; i < count; i++) {
            int position = kinds[i] == AT_BARRIER ? positions[i] - 1 : positions[i];
            text.add("lanes %08x at %s".formatted(masks[i], code[Math.min(position, code.length - 1)]));
        }
        return text.toString();
    }
}
