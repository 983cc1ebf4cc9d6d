package org.olmo4j.backend.cuda.virtual.machine;

import java.util.Arrays;

/**
 * Finds accesses to shared memory that no barrier orders, one of them a write, by vector clocks: each warp counts its barriers, and at a barrier learns
 * how far the other warps there have come. An access is ordered before another if the other's warp knows that count to be past.
 *
 * <p>Of each granule of memory the last write and the last reads of two warps are kept, which is enough wherever barriers hold the whole block. Lanes of
 * one warp are ordered by barriers of the warp ({@code bar.warp.sync}) and of the block only: that this machine runs them in step is no promise of a real
 * one.
 */
final class RaceDetector {

    private static final int LANE_BITS = 5;
    private static final int THREAD_BITS = 11;
    private static final long ATOMIC = 1L << THREAD_BITS;
    private static final int CLOCK_SHIFT = THREAD_BITS + 1;
    private static final long THREAD_MASK = (1L << THREAD_BITS) - 1;
    private static final int MAXIMUM_WARPS = 32;

    /** A granule has two to the power of this many bytes. */
    private int granuleShift;

    private long[] writes = {};
    private long[] reads = {};
    private long[] otherReads = {};

    /** What each warp knows of each other's clock; its own is its clock. */
    private final long[][] clocks = new long[MAXIMUM_WARPS][MAXIMUM_WARPS];

    /** Counts on from block to block, so that what was noted of an earlier block is past. */
    private long newest;

    void startBlock(int sharedBytes, int granuleBytes) {
        granuleShift = Integer.numberOfTrailingZeros(granuleBytes);
        int granules = (sharedBytes + granuleBytes - 1) >>> granuleShift;
        if (writes.length < granules) {
            writes = new long[granules];
            reads = new long[granules];
            otherReads = new long[granules];
        }
        newest++;
        for (int warp = 0; warp < MAXIMUM_WARPS; warp++) {
            Arrays.fill(clocks[warp], newest - 1);
            clocks[warp][warp] = newest;
        }
    }

    /** A barrier among the lanes of a warp. */
    void syncWarp(int warp) {
        clocks[warp][warp] = ++newest;
    }

    /** A barrier among the warps of a mask: each learns what any of them knows. */
    void syncWarps(int warps) {
        long[] known = new long[MAXIMUM_WARPS];
        for (int warp = 0; warp < MAXIMUM_WARPS; warp++) {
            if ((warps >>> warp & 1) != 0) {
                for (int other = 0; other < MAXIMUM_WARPS; other++) {
                    known[other] = Math.max(known[other], clocks[warp][other]);
                }
            }
        }
        newest++;
        for (int warp = 0; warp < MAXIMUM_WARPS; warp++) {
            if ((warps >>> warp & 1) != 0) {
                System.arraycopy(known, 0, clocks[warp], 0, MAXIMUM_WARPS);
                clocks[warp][warp] = newest;
            }
        }
    }

    /** Notes a read, and returns the thread whose write it races with; -1 if none. */
    int read(int thread, long offset, int bytes, boolean atomic) {
        int warp = thread >>> LANE_BITS;
        long access = access(thread, atomic);
        int last = (int) (offset + bytes - 1) >>> granuleShift;
        for (int granule = (int) offset >>> granuleShift; granule <= last; granule++) {
            long write = writes[granule];
            if (conflicts(write, thread, atomic)) {
                return threadOf(write);
            }
            long before = reads[granule];
            if (threadOf(before) >>> LANE_BITS != warp) {
                otherReads[granule] = before;
            }
            reads[granule] = access;
        }
        return -1;
    }

    /** Notes a write, and returns the thread whose access it races with; -1 if none. */
    int write(int thread, long offset, int bytes, boolean atomic) {
        long access = access(thread, atomic);
        int last = (int) (offset + bytes - 1) >>> granuleShift;
        for (int granule = (int) offset >>> granuleShift; granule <= last; granule++) {
            if (conflicts(writes[granule], thread, atomic)) {
                return threadOf(writes[granule]);
            }
            if (conflicts(reads[granule], thread, atomic)) {
                return threadOf(reads[granule]);
            }
            if (conflicts(otherReads[granule], thread, atomic)) {
                return threadOf(otherReads[granule]);
            }
            writes[granule] = access;
        }
        return -1;
    }

    private long access(int thread, boolean atomic) {
        int warp = thread >>> LANE_BITS;
        return clocks[warp][warp] << CLOCK_SHIFT | (atomic ? ATOMIC : 0) | thread;
    }

    private boolean conflicts(long earlier, int thread, boolean atomic) {
        int other = threadOf(earlier);
        if (other == thread || (atomic && (earlier & ATOMIC) != 0)) {
            return false;
        }
        int warp = thread >>> LANE_BITS;
        int otherWarp = other >>> LANE_BITS;
        long clock = earlier >>> CLOCK_SHIFT;
        return otherWarp == warp ? clock >= clocks[warp][warp] : clock > clocks[warp][otherWarp];
    }

    private static int threadOf(long access) {
        return (int) (access & THREAD_MASK);
    }
}
