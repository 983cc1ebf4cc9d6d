package org.olmo4j.backend.cuda.virtual.machine;

/** The predicates that every kernel has, beside its own. */
public final class Predicates {

    public static final int FALSE = 0;
    public static final int TRUE = 1;

    /** The number of the first predicate of the kernel's own. */
    public static final int FIRST = 2;

    private Predicates() {}
}
