package org.olmo4j.backend.cuda.virtual.machine;

/** An instruction that several lanes of a warp execute together: it waits until all of them have come to it. */
public abstract class ConvergentInstruction extends Instruction {

    /**
     * The lanes that have to come, of which those that have ended are not waited for.
     *
     * @param active the lanes that are here
     */
    public abstract int members(Warp warp, int active);
}
