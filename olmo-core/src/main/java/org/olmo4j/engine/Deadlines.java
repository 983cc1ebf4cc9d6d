package org.olmo4j.engine;

import java.time.Duration;
import java.util.Optional;
import org.olmo4j.error.InvalidRequestException;

/**
 * How long a request may take; each is checked at least once a step.
 *
 * @param queue from submission until it runs
 * @param firstToken from submission until its first token
 * @param total from submission until its end
 */
public record Deadlines(Optional<Duration> queue, Optional<Duration> firstToken, Optional<Duration> total) {

    /** None at all. */
    public static final Deadlines NONE = new Deadlines(Optional.empty(), Optional.empty(), Optional.empty());

    /** Checks that each is positive. */
    public Deadlines {
        require("queue deadline", queue);
        require("first-token deadline", firstToken);
        require("total deadline", total);
    }

    private static void require(String parameter, Optional<Duration> deadline) {
        deadline.filter(duration -> !duration.isPositive()).ifPresent(duration -> {
            throw new InvalidRequestException(
                    parameter, "The " + parameter + " is " + duration, "Give a positive duration");
        });
    }
}
