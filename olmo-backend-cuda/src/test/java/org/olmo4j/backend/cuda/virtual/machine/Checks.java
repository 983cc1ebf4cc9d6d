package org.olmo4j.backend.cuda.virtual.machine;

/**
 * What is watched beside the bounds, the alignment and the barriers, which always are.
 *
 * @param unwrittenMemory whether reading global or shared memory that was never written is a fault
 * @param races whether accesses of different threads to the same shared memory, one of them a write and no barrier between, are a fault
 * @param warpInstructionsPerBlock how many instructions the warps of a block may execute together before the kernel counts as endless
 */
public record Checks(boolean unwrittenMemory, boolean races, long warpInstructionsPerBlock) {

    private static final long DEFAULT_BUDGET = 200_000_000;

    /** Everything. */
    public static Checks all() {
        return new Checks(true, true, DEFAULT_BUDGET);
    }

    public Checks withoutRaces() {
        return new Checks(unwrittenMemory, false, warpInstructionsPerBlock);
    }

    public Checks withoutUnwrittenMemory() {
        return new Checks(false, races, warpInstructionsPerBlock);
    }

    public Checks withBudget(long warpInstructionsPerBlock) {
        return new Checks(unwrittenMemory, races, warpInstructionsPerBlock);
    }
}
