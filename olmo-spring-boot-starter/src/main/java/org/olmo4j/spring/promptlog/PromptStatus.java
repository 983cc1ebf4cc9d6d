package org.olmo4j.spring.promptlog;

/** How far a generation came. */
public enum PromptStatus {
    /** Admitted; its end is not on record yet. */
    RUNNING,
    /** It ended by itself or at its token limit. */
    COMPLETED,
    /** The caller cancelled it. */
    CANCELLED,
    /** Admission refused it. */
    REFUSED,
    /** It was invalid, late, or its device or engine failed. */
    FAILED,
    /** The process that ran it ended before it did. */
    INTERRUPTED;

    /**
     * Whether an end that arrives later takes its place: an instance that is thought dead may come back with the true end.
     *
     * @return true if so
     */
    public boolean givesWayToEnd() {
        return this == RUNNING || this == INTERRUPTED;
    }
}
