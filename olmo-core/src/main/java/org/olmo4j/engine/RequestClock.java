package org.olmo4j.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.olmo4j.error.DeadlineExceededException;

/** When things happened to one request, and whether it is late. Written by the engine thread. */
final class RequestClock {

    private final LongSupplier nanoTime;
    private final Deadlines deadlines;
    private final Instant received;
    private final long receivedNanos;
    private volatile Optional<Duration> started = Optional.empty();
    private volatile Optional<Duration> firstToken = Optional.empty();

    RequestClock(LongSupplier nanoTime, Deadlines deadlines) {
        this(nanoTime, deadlines, Instant.now(), nanoTime.getAsLong());
    }

    /** A clock that began with an earlier attempt. */
    RequestClock(LongSupplier nanoTime, Deadlines deadlines, GenerationRequest.Attempt attempt) {
        this(
                nanoTime,
                deadlines,
                attempt.received(),
                nanoTime.getAsLong() - attempt.elapsed().toNanos());
    }

    private RequestClock(LongSupplier nanoTime, Deadlines deadlines, Instant received, long receivedNanos) {
        this.nanoTime = nanoTime;
        this.deadlines = deadlines;
        this.received = received;
        this.receivedNanos = receivedNanos;
    }

    /** A clock with the same beginning for another sample of the request. */
    RequestClock another() {
        return new RequestClock(nanoTime, deadlines, received, receivedNanos);
    }

    void start() {
        started = Optional.of(elapsed());
    }

    void token() {
        if (firstToken.isEmpty()) {
            firstToken = Optional.of(elapsed());
        }
    }

    Duration elapsed() {
        return Duration.ofNanos(nanoTime.getAsLong() - receivedNanos);
    }

    /** The times so far, with now as the end. */
    Timings timings() {
        return new Timings(received, started, firstToken, elapsed());
    }

    /** The first deadline that has passed, if one has. */
    Optional<DeadlineExceededException> passed() {
        Duration elapsed = elapsed();
        return passed("queue", deadlines.queue().filter(limit -> started.isEmpty()), elapsed)
                .or(() -> passed("first-token", deadlines.firstToken().filter(limit -> firstToken.isEmpty()), elapsed))
                .or(() -> passed("total", deadlines.total(), elapsed));
    }

    private static Optional<DeadlineExceededException> passed(String name, Optional<Duration> limit, Duration elapsed) {
        return limit.filter(duration -> elapsed.compareTo(duration) >= 0)
                .map(duration -> new DeadlineExceededException(name, duration));
    }
}
