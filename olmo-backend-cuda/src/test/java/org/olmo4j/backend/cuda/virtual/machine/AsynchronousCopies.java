package org.olmo4j.backend.cuda.virtual.machine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;

/**
 * The copies to shared memory that a warp's lanes have begun with {@code cp.async} and not yet waited for. Each is done only when it is waited for: what
 * it writes counts as unwritten until then, so that reading it too early is a fault.
 */
public final class AsynchronousCopies {

    /** A copy of one lane: {@code bytes} from the source, and zeros up to {@code room}. */
    private record Copy(
            int lane, int group, Allocation to, long toOffset, Allocation from, long fromOffset, int bytes, int room) {}

    private final Warp warp;
    private final List<Copy> open = new ArrayList<>();

    /** How many groups each lane has closed. */
    private final int[] closedGroups = new int[Warp.LANES];

    AsynchronousCopies(Warp warp) {
        this.warp = warp;
    }

    void clear() {
        open.clear();
    }

    /**
     * Begins a copy of a lane.
     *
     * @param bytes how many are copied; the rest of the room is filled with zeros
     */
    public void begin(int lane, Allocation to, long toOffset, Allocation from, long fromOffset, int bytes, int room) {
        warp.memory().announceWrite(lane, to, toOffset, room);
        open.add(new Copy(lane, closedGroups[lane], to, toOffset, from, fromOffset, bytes, room));
    }

    /** Closes the group of the copies that the lanes of a mask have begun. */
    public void closeGroup(int mask) {
        for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
            closedGroups[Integer.numberOfTrailingZeros(lanes)]++;
        }
    }

    /** Completes the closed groups of the lanes of a mask, but for so many of the newest. */
    public void await(int mask, int butForGroups) {
        complete(mask, butForGroups, false);
    }

    /** Completes all copies of the lanes of a mask. */
    public void awaitAll(int mask) {
        complete(mask, 0, true);
    }

    private void complete(int mask, int butForGroups, boolean openGroupsToo) {
        for (Iterator<Copy> copies = open.iterator(); copies.hasNext(); ) {
            Copy copy = copies.next();
            boolean own = (mask >>> copy.lane & 1) != 0;
            if (own && (openGroupsToo || copy.group < closedGroups[copy.lane] - butForGroups)) {
                complete(copy);
                copies.remove();
            }
        }
    }

    private void complete(Copy copy) {
        for (int done = 0; done < copy.bytes; done += Integer.BYTES) {
            long bits = warp.memory().read(copy.lane, copy.from, copy.fromOffset + done, Integer.BYTES);
            warp.memory().write(copy.lane, copy.to, copy.toOffset + done, Integer.BYTES, bits);
        }
        for (int done = copy.bytes; done < copy.room; done += Integer.BYTES) {
            warp.memory().write(copy.lane, copy.to, copy.toOffset + done, Integer.BYTES, 0);
        }
    }
}
