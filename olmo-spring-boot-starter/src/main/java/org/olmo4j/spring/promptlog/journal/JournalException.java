package org.olmo4j.spring.promptlog.journal;

import org.jspecify.annotations.Nullable;
import org.olmo4j.error.OlmoException;

/** A journal cannot be opened or read, or a record could not be made durable. */
public final class JournalException extends OlmoException {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** Another process, or another journal of this one, has the folder. */
        FOLDER_IN_USE,
        /** The folder cannot be made, read or written. */
        FOLDER_UNUSABLE,
        /** The disk is full or fails. */
        DISK,
        /** All that the journal may hold is taken by records that are not released yet. */
        CAPACITY,
        /** More bytes wait for the disk than may. */
        BACKLOG,
        /** The journal is closed. */
        CLOSED
    }

    private final Reason reason;

    JournalException(Reason reason, String problem, String hint, @Nullable Throwable cause) {
        super(problem, hint, cause);
        this.reason = reason;
    }

    /**
     * Why it failed.
     *
     * @return for a program to decide by; the message is for people
     */
    public Reason reason() {
        return reason;
    }
}
