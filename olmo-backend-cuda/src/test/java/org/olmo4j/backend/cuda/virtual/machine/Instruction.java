package org.olmo4j.backend.cuda.virtual.machine;

/**
 * A decoded instruction. It is shared by all warps of all launches, on several threads, and keeps no state of its own.
 *
 * <p>What it reads and writes is told to {@link #describe}; the warp checks before each execution that all of that was written before, and notes
 * afterwards that the results are.
 */
public abstract class Instruction {

    private static final int[] NONE = {};

    private Object text = "";
    private int line;
    private int guard = -1;
    private boolean guardNegated;
    int[] reads = NONE;
    int[] writes = NONE;
    int[] predicatesRead = NONE;
    int[] predicatesWritten = NONE;

    /** Rows and predicates that an instruction reads and writes. */
    public record Registers(int[] reads, int[] writes, int[] predicatesRead, int[] predicatesWritten) {}

    /**
     * Says what the instruction is, once, when it is decoded.
     *
     * @param text what it looks like in messages
     * @param guard the predicate under which it is executed; -1 if always
     */
    public final void describe(Object text, int line, int guard, boolean guardNegated, Registers registers) {
        this.text = text;
        this.line = line;
        this.guard = guard;
        this.guardNegated = guardNegated;
        reads = registers.reads;
        writes = registers.writes;
        predicatesRead = registers.predicatesRead;
        predicatesWritten = registers.predicatesWritten;
    }

    /**
     * Does it.
     *
     * @param mask the lanes that take part; never 0, but for the instructions of {@link ConvergentInstruction}
     */
    public abstract void execute(Warp warp, int mask);

    /** The lanes of those that run whose guard lets them take part. */
    final int participants(Warp warp, int active) {
        if (guard < 0) {
            return active;
        }
        int holds = warp.predicates()[guard];
        return active & (guardNegated ? ~holds : holds);
    }

    final int guard() {
        return guard;
    }

    public final int line() {
        return line;
    }

    @Override
    public final String toString() {
        return "line " + line + ", " + text;
    }
}
