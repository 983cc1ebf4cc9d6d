package org.olmo4j.error;

import java.time.Duration;

/** The model is still being loaded: the request was refused before any work was done for it. */
public final class ModelLoadingException extends RetryLaterException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param problem which model, and how far it has come
     * @param retryAfter when it can be expected
     */
    public ModelLoadingException(String problem, Duration retryAfter) {
        super(problem, "Retry after " + Math.max(1, retryAfter.plusMillis(999).toSeconds()) + " s", retryAfter, null);
    }
}
