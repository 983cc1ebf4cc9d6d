package org.olmo4j.error;

import java.time.Duration;

/**
 * The device that ran a request failed, or was taken out of service, and the request was not run again: a part of its answer was given already, or
 * the failure is thought to pass. What was given is void; sent again, the request is answered from its beginning.
 */
public final class GenerationInterruptedException extends RetryLaterException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param problem which device failed, and why
     * @param retryAfter when to try again
     * @param cause what the device said
     */
    public GenerationInterruptedException(String problem, Duration retryAfter, OlmoException cause) {
        super(
                problem,
                "Send the request again after "
                        + Math.max(1, retryAfter.plusMillis(999).toSeconds())
                        + " s, and drop what came of it",
                retryAfter,
                cause);
    }
}
