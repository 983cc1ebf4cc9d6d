package org.olmo4j.backend.cuda.virtual.ptx;

/** Where a variable lives. */
public enum StateSpace {
    GLOBAL,
    CONST,
    SHARED,
    LOCAL,
    PARAM,
    /** Not said: the address itself tells. */
    GENERIC
}
