package org.olmo4j.spring.promptlog.encryption;

import org.jspecify.annotations.Nullable;
import org.olmo4j.error.OlmoException;

/** A key cannot be had, or a content cannot be decrypted. No message holds a key or a content. */
public final class EncryptionException extends OlmoException {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** A key is not what a key has to be: not Base64, or not of 256 bit. */
        INVALID_KEY,
        /** A key file cannot be read or made. */
        KEY_FILE_UNUSABLE,
        /** A key file can be read or changed by others than its owner. */
        KEY_FILE_EXPOSED,
        /** What was encrypted names a master key that is not known. */
        UNKNOWN_MASTER_KEY,
        /** What was encrypted was changed, belongs to another record, or is not what it is taken for. */
        NOT_AUTHENTIC
    }

    private final Reason reason;

    EncryptionException(Reason reason, String problem, String hint, @Nullable Throwable cause) {
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
