package org.olmo4j.spring.promptlog;

import org.jspecify.annotations.Nullable;

/** Bytes are not those of an entry, or of a version that this library does not know. */
public final class EntryFormatException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What the message and its cause say quotes nothing. */
    EntryFormatException(String message, @Nullable MessageFreeFailure cause) {
        super(message, cause);
    }
}
