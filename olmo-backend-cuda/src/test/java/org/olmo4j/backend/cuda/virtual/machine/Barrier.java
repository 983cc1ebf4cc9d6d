package org.olmo4j.backend.cuda.virtual.machine;

import org.jspecify.annotations.Nullable;

/** One of the 16 barriers of a block: who has come, and how many it waits for. */
final class Barrier {

    private final int number;
    private int arrivedWarps;
    private int arrivedThreads;
    private int expectedThreads;
    private int holding;
    private int lanes;
    private @Nullable Instruction where;

    Barrier(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** The warps that have come, one bit each. */
    int arrivedWarps() {
        return arrivedWarps;
    }

    /** How many threads have come, in whole warps. */
    int arrivedThreads() {
        return arrivedThreads;
    }

    /** How many threads it waits for; 0 means all of the block. */
    int expectedThreads() {
        return expectedThreads;
    }

    int holding() {
        return holding;
    }

    int lanes() {
        return lanes;
    }

    @SuppressWarnings("ReferenceEquality") // An instruction is a place in the code.
    void arrive(Warp warp, BarrierWait wait) {
        Instruction first = where;
        if (first != null && wait.expectedThreads() == 0 && first != wait.instruction()) {
            throw warp.fault(
                    KernelFault.Kind.BARRIER,
                    "barrier divergence: warps of the block meet at barrier " + number + " from different places, "
                            + first + " and " + wait.instruction());
        }
        if (first != null && wait.expectedThreads() != expectedThreads) {
            throw warp.fault(
                    KernelFault.Kind.BARRIER,
                    "barrier " + number + " is awaited with " + expectedThreads + " and with " + wait.expectedThreads()
                            + " threads");
        }
        where = wait.instruction();
        expectedThreads = wait.expectedThreads();
        arrivedWarps |= 1 << warp.number();
        arrivedThreads += Warp.LANES;
        holding += wait.holding();
        lanes += Integer.bitCount(warp.alive());
    }

    void reset() {
        arrivedWarps = 0;
        arrivedThreads = 0;
        expectedThreads = 0;
        holding = 0;
        lanes = 0;
        where = null;
    }
}
