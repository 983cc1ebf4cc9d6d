package org.olmo4j.spring.host;

import java.time.Duration;
import java.util.Optional;
import org.olmo4j.engine.Deadlines;
import org.olmo4j.error.DeadlineExceededException;

/** The deadlines of a request that may be submitted more than once: its own, or else those of the model. They count from its first beginning. */
final class ResubmissionDeadlines {

    private static final Duration LONG = Duration.ofDays(1);

    private final Deadlines limits;

    ResubmissionDeadlines(Deadlines own, Deadlines general) {
        this.limits = new Deadlines(
                own.queue().or(general::queue),
                own.firstToken().or(general::firstToken),
                own.total().or(general::total));
    }

    /** Those of another attempt, whose clock goes on: the time in the queue of the failed device does not count. */
    Deadlines anotherAttempt(Duration elapsed) {
        return new Deadlines(limits.queue().map(elapsed::plus), limits.firstToken(), limits.total());
    }

    /** How long another attempt may be waited for. */
    Duration patience(Duration elapsed) {
        Duration left = next().map(Limit::duration).orElse(LONG).minus(elapsed);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** The deadline that has passed before another attempt began. */
    Optional<DeadlineExceededException> passed(Duration elapsed) {
        return next().filter(limit -> elapsed.compareTo(limit.duration()) >= 0)
                .map(limit -> new DeadlineExceededException(limit.name(), limit.duration()));
    }

    private record Limit(String name, Duration duration) {}

    /** What was given up has no first token. */
    private Optional<Limit> next() {
        Optional<Limit> total = limits.total().map(duration -> new Limit("total", duration));
        Optional<Limit> first = limits.firstToken().map(duration -> new Limit("first-token", duration));
        boolean totalIsNext = total.isPresent()
                && (first.isEmpty()
                        || total.get().duration().compareTo(first.get().duration()) < 0);
        return totalIsNext ? total : first;
    }
}
