package org.olmo4j.error;

import java.time.Duration;

/** A user has used up the day's budget of energy or carbon: the request was refused before any work was done for it. */
public final class BudgetExceededException extends RetryLaterException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param problem which budget, with its value
     * @param retryAfter until the next day begins
     */
    public BudgetExceededException(String problem, Duration retryAfter) {
        super(problem, "Try again tomorrow, or ask the operator for a higher budget", retryAfter, null);
    }
}
