package org.olmo4j.backend.cuda.virtual.machine;

/**
 * What the lanes of a warp wait for at a barrier of the block.
 *
 * @param expectedThreads how many threads the barrier waits for; 0 means all of the block
 * @param holding how many of the lanes bring a predicate that holds, for a barrier that counts them
 * @param onRelease what is done when the barrier opens
 */
public record BarrierWait(int barrier, int expectedThreads, Instruction instruction, int holding, OnRelease onRelease) {

    /** Gets the result of the barrier. */
    @FunctionalInterface
    public interface OnRelease {
        /**
         * Is called for each warp.
         *
         * @param holding of how many threads of the block the predicate held
         * @param threads of how many it was asked
         */
        void released(Warp warp, int holding, int threads);
    }

    void released(Warp warp, int allHolding, int threads) {
        onRelease.released(warp, allHolding, threads);
    }
}
