package org.olmo4j.error;

import org.jspecify.annotations.Nullable;

/** The engine was closed before or while the request ran. */
public final class EngineClosedException extends OlmoException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param problem what failed, where and with which values
     * @param hint what the reader can do about it
     */
    public EngineClosedException(String problem, String hint) {
        this(problem, hint, null);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param problem what failed, where and with which values
     * @param hint what the reader can do about it
     * @param cause the underlying failure, or null
     */
    public EngineClosedException(String problem, String hint, @Nullable Throwable cause) {
        super(problem, hint, cause);
    }
}
