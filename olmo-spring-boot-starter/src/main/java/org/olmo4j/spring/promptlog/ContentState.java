package org.olmo4j.spring.promptlog;

import java.util.Set;

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

    /** Those of which there is text. */
    public static final Set<ContentState> KEPT = Set.of(REDACTED, FULL);

    /**
     * Whether there is text.
     *
     * @return true if so
     */
    public boolean isKept() {
        return KEPT.contains(this);
    }
}
