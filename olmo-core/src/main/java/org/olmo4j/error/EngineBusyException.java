package org.olmo4j.error;

import java.time.Duration;

/** The engine's slots and queue are full: the request was refused before any work was done for it. */
public final class EngineBusyException extends RetryLaterException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param problem which bound was reached, with its value
     * @param retryAfter when a slot can be expected
     */
    public EngineBusyException(String problem, Duration retryAfter) {
        super(
                problem,
                "Retry after " + Math.max(1, retryAfter.toSeconds()) + " s, or raise the engine's limits",
                retryAfter,
                null);
    }
}
