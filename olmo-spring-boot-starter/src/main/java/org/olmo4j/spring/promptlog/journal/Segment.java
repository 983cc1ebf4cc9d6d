package org.olmo4j.spring.promptlog.journal;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;

/**
 * A file and the records in it. What is here is guarded by {@link Segments}; whoever reads, replaces or deletes the file holds the monitor of this.
 */
final class Segment {

    final long number;
    final Path file;
    final Frames frames;

    private final BitSet released = new BitSet();
    private int[] offsets;
    private int[] lengths;
    private int records;
    private int unreleased;
    private long bytes;
    private boolean sealed;
    private boolean damaged;
    private boolean torn;

    /** A new one. */
    Segment(long number, Path file, Frames frames) {
        this(number, file, frames, new Frames.Scan(new int[0], new int[0], 0, 0), 0);
        this.sealed = false;
    }

    /** One of an earlier process: its end may be torn, so nothing is appended to it. */
    Segment(long number, Path file, Frames frames, Frames.Scan scan, long bytes) {
        this.number = number;
        this.file = file;
        this.frames = frames;
        this.offsets = scan.offsets();
        this.lengths = scan.lengths();
        this.records = scan.offsets().length;
        this.unreleased = records;
        this.bytes = bytes;
        this.damaged = scan.damagedBytes() > 0;
        this.torn = scan.tornBytes() > 0;
        this.sealed = true;
    }

    int add(int offset, int length) {
        if (records == offsets.length) {
            offsets = Arrays.copyOf(offsets, Math.max(16, 2 * records));
            lengths = Arrays.copyOf(lengths, offsets.length);
        }
        offsets[records] = offset;
        lengths[records] = length;
        unreleased++;
        return records++;
    }

    /** Has no effect when repeated. */
    void release(int index) {
        if (index >= 0 && index < records && !released.get(index)) {
            released.set(index);
            unreleased--;
        }
    }

    /** Says that the file holds only what is not released any more, with records at other offsets. */
    void rewritten(long size) {
        bytes = size;
        damaged = false;
        torn = false;
    }

    void move(int index, int offset, int length) {
        offsets[index] = offset;
        lengths[index] = length;
    }

    void seal(long size) {
        sealed = true;
        bytes = size;
    }

    void grow(long size) {
        bytes = size;
    }

    void damage() {
        damaged = true;
    }

    int records() {
        return records;
    }

    int unreleased() {
        return unreleased;
    }

    int nextUnreleased(int from) {
        int index = released.nextClearBit(from);
        return index < records ? index : -1;
    }

    boolean isReleased(int index) {
        return released.get(index);
    }

    int offset(int index) {
        return offsets[index];
    }

    int length(int index) {
        return lengths[index];
    }

    long bytes() {
        return bytes;
    }

    boolean isDone() {
        return sealed && unreleased == 0;
    }

    boolean isSealed() {
        return sealed;
    }

    boolean isDamaged() {
        return damaged;
    }

    /** Whether the file has bytes beside the records that are waited for. */
    boolean hasRemains() {
        return damaged || torn || unreleased < records;
    }
}
