package org.olmo4j.error;

import org.jspecify.annotations.Nullable;

/** No backend can run the model on this machine; the message lists every reason. */
public final class BackendUnavailableException extends OlmoException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param problem what failed, where and with which values
     * @param hint what the reader can do about it
     */
    public BackendUnavailableException(String problem, String hint) {
        this(problem, hint, null);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param problem what failed, where and with which values
     * @param hint what the reader can do about it
     * @param cause the underlying failure, or null
     */
    public BackendUnavailableException(String problem, String hint, @Nullable Throwable cause) {
        super(problem, hint, cause);
    }
}
