package org.olmo4j.spring.promptlog.admin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts how often administrators guess wrong what a record does not tell, and ends that: a keyed hash answers any question of the form "was it this?",
 * and would give away a short prompt to whoever may ask without end. Counts are those of this process. Thread-safe.
 */
final class Guesses {

    /** For each administrator, in each span of {@link #SPAN}. */
    static final int MOST = 10;

    static final Duration SPAN = Duration.ofHours(1);

    private final Clock clock;
    private final Map<String, Deque<Instant>> wrong = new HashMap<>();

    Guesses(Clock clock) {
        this.clock = clock;
    }

    /**
     * Takes one of the guesses that are left, as if it were wrong, before it is looked at: so none is free for who sends many at once.
     *
     * @throws TooManyGuessesException if none is left
     */
    synchronized void take(String reader) {
        Instant now = clock.instant();
        forget(now.minus(SPAN));
        Deque<Instant> taken = wrong.computeIfAbsent(reader, unknown -> new ArrayDeque<>());
        if (taken.size() >= MOST) {
            throw new TooManyGuessesException(
                    MOST, SPAN, Duration.between(now, taken.getFirst().plus(SPAN)));
        }
        taken.addLast(now);
    }

    /** Gives one back that was right. */
    synchronized void giveBack(String reader) {
        Deque<Instant> taken = wrong.get(reader);
        if (taken != null) {
            taken.pollLast();
        }
    }

    private void forget(Instant until) {
        wrong.values().forEach(taken -> taken.removeIf(time -> !time.isAfter(until)));
        wrong.values().removeIf(Deque::isEmpty);
    }
}
