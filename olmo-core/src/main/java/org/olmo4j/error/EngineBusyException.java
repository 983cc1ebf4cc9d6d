package org.olmo4j.error;

import java.time.Duration;

/** The engine has no room, or admits nothing for the time being: the request was refused before any work was done for it. */
public final class EngineBusyException extends RetryLaterException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param problem which bound was reached, with its value
     * @param retryAfter when a slot can be expected
     */
    public EngineBusyException(String problem, Duration retryAfter) {
        this(
                problem,
                "Retry after " + Math.max(1, retryAfter.plusMillis(999).toSeconds())
                        + " s, or raise the engine's limits",
                retryAfter);
    }

    /**
     * Makes an exception with advice of its own.
     *
     * @param problem why nothing is admitted
     * @param hint what to do
     * @param retryAfter when to try again
     */
    public EngineBusyException(String problem, String hint, Duration retryAfter) {
        super(problem, hint, retryAfter, null);
    }
}
