package org.olmo4j.error;

import java.time.Duration;

/** A request ran into one of its deadlines. */
public final class DeadlineExceededException extends OlmoException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param deadline which deadline: queue, first token or total
     * @param limit its length
     */
    public DeadlineExceededException(String deadline, Duration limit) {
        super(
                "The " + deadline + " deadline of " + limit.toMillis() + " ms passed",
                "Raise the deadline, shorten the request, or reduce the load",
                null);
    }
}
