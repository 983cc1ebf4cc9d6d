package org.olmo4j.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.olmo4j.error.EngineBusyException;

/**
 * How many requests are in the engine. A place is taken in one atomic step before any work is done for a request, so a burst never gets
 * more through than there are slots and queue places. Thread-safe.
 */
final class Admission {

    private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);

    private final int slots;
    private final int capacity;
    private final AtomicInteger admitted = new AtomicInteger();
    /** Moving average of how long requests ran; 0 before the first ended. */
    private final AtomicLong meanNanos = new AtomicLong();

    Admission(EngineOptions options) {
        this.slots = options.maxRunning();
        this.capacity = options.maxRunning() + options.maxQueued();
    }

    /** Takes a place, or says when to try again. */
    void reserve() {
        int before = admitted.getAndUpdate(count -> Math.min(count + 1, capacity));
        if (before == capacity) {
            throw new EngineBusyException(
                    "All " + slots + " slots and " + (capacity - slots) + " queue places of the engine are taken",
                    retryAfter());
        }
    }

    /** Gives a place back. */
    void release() {
        admitted.decrementAndGet();
    }

    /** Learns how long a request ran. */
    void ran(Duration duration) {
        long nanos = duration.toNanos();
        meanNanos.updateAndGet(mean -> mean == 0 ? nanos : mean + (nanos - mean) / 8);
    }

    int admitted() {
        return admitted.get();
    }

    /** About how long the requests that are here now take, at the pace of those that ended. */
    private Duration retryAfter() {
        Duration estimate =
                Duration.ofNanos(meanNanos.get()).multipliedBy(capacity).dividedBy(slots);
        return estimate.compareTo(SHORTEST_RETRY) < 0 ? SHORTEST_RETRY : estimate;
    }
}
