package org.olmo4j.backend.cuda.virtual.machine;

/** What a kernel did wrong: the message names the kernel, the line of PTX, the thread, and what it did. */
public final class KernelFault extends RuntimeException {

    private final Kind kind;

    /** What kind of wrong it is. */
    public enum Kind {
        OUT_OF_BOUNDS,
        MISALIGNED,
        UNWRITTEN_MEMORY,
        UNWRITTEN_REGISTER,
        RACE,
        BARRIER,
        ENDLESS,
        TRAP,
        ILLEGAL_INSTRUCTION
    }

    public KernelFault(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
