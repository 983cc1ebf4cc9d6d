package org.olmo4j.error;

import org.jspecify.annotations.Nullable;

/** A file of a model is broken, contradicts another one, or says something this library does not know. */
public final class ModelFormatException extends OlmoException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param problem what failed, where and with which values
     * @param hint what the reader can do about it
     */
    public ModelFormatException(String problem, String hint) {
        this(problem, hint, null);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param problem what failed, where and with which values
     * @param hint what the reader can do about it
     * @param cause the underlying failure, or null
     */
    public ModelFormatException(String problem, String hint, @Nullable Throwable cause) {
        super(problem, hint, cause);
    }
}
