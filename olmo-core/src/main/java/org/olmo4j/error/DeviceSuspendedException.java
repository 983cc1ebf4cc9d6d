package org.olmo4j.error;

import java.time.Duration;

/** Every device that could answer has failed and is left alone for a while: the request was refused before any work was done for it. */
public final class DeviceSuspendedException extends RetryLaterException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param problem which devices, and why
     * @param retryAfter when one of them is tried again
     */
    public DeviceSuspendedException(String problem, Duration retryAfter) {
        super(problem, "Retry after " + Math.max(1, retryAfter.plusMillis(999).toSeconds()) + " s", retryAfter, null);
    }
}
