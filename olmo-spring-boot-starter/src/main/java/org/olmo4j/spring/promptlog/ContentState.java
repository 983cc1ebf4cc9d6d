package org.olmo4j.spring.promptlog;

/** What became of the text of a prompt and its answer. */
public enum ContentState {
    /** None was to be kept. */
    NONE,
    /** Kept after redaction. */
    REDACTED,
    /** Kept as it was. */
    FULL,
    /** To be kept after redaction, which failed: none is kept. */
    REDACTION_FAILED,
    /** To be kept, but there was no room for it. */
    DROPPED,
    /** Was kept until its user was erased. */
    ERASED,
    /** Was kept for as long as texts are kept. */
    EXPIRED;

    /**
     * Whether there is text.
     *
     * @return true if so
     */
    public boolean isKept() {
        return this == REDACTED || this == FULL;
    }
}
