package org.olmo4j.error;

import java.time.Duration;

/** The caller has sent more requests than it may for the time being: this one was refused before any work was done for it. */
public final class RateLimitExceededException extends RetryLaterException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param problem whose limit was reached, with its value
     * @param retryAfter when a request can be expected to be within the limit
     */
    public RateLimitExceededException(String problem, Duration retryAfter) {
        super(
                problem,
                "Retry after " + Math.max(1, retryAfter.plusMillis(999).toSeconds()) + " s, or raise the limit",
                retryAfter,
                null);
    }
}
