package org.olmo4j.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.olmo4j.error.EngineBusyException;

/**
 * How many requests, and how many tokens of prompts, are in the engine. A place is taken in one atomic step before any work is done for a
 * request, so a burst never gets more through than there is room for. Thread-safe.
 */
final class Admission {

    private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);

    private final int slots;
    private final int capacity;
    private final long tokenCapacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition empty = lock.newCondition();
    private int admitted;
    /** Of which somebody has not been told the end yet; those that gave their place back among them. */
    private int untold;

    private long tokens;
    private boolean draining;
    /** Moving average of how long requests ran; 0 before the first ended. */
    private final AtomicLong meanNanos = new AtomicLong();

    Admission(EngineOptions options) {
        this.slots = options.maxRunning();
        this.capacity = options.maxRunning() + options.maxQueued();
        this.tokenCapacity = options.maxPromptTokens();
    }

    /**
     * The place of one or more samples of a request.
     *
     * @param samples how many
     * @param tokens reserved for each
     */
    record Place(int samples, long tokens) {

        /** What each of the samples holds by itself. */
        Place single() {
            return new Place(1, tokens);
        }
    }

    /**
     * Takes places, or says when to try again. A request that is alone is always let in, however long its prompt.
     *
     * @param samples how many, all or none
     * @param mostTokens upper bound of the prompt's tokens, of each
     */
    Place reserve(int samples, long mostTokens) {
        lock.lock();
        try {
            if (draining) {
                throw new EngineBusyException(
                        "The engine is drained and admits nothing",
                        "Send it to another instance, or later",
                        retryAfter());
            }
            if (admitted + samples > capacity) {
                throw new EngineBusyException(
                        "All " + slots + " slots and " + (capacity - slots) + " queue places of the engine are taken"
                                + (samples == 1 ? "" : ", or too many for " + samples + " samples"),
                        retryAfter());
            }
            if (admitted > 0 && tokens + samples * mostTokens > tokenCapacity) {
                throw new EngineBusyException(
                        "The prompts in the engine have " + tokens + " tokens; up to " + samples * mostTokens
                                + " more go over the bound of " + tokenCapacity,
                        retryAfter());
            }
            admitted += samples;
            untold += samples;
            tokens += samples * mostTokens;
            return new Place(samples, mostTokens);
        } finally {
            lock.unlock();
        }
    }

    /** The prompt's tokens are known: what was reserved beyond them is free. */
    Place shrink(Place place, long tokensKnown) {
        lock.lock();
        try {
            tokens -= place.samples() * (place.tokens() - tokensKnown);
            return new Place(place.samples(), tokensKnown);
        } finally {
            lock.unlock();
        }
    }

    /** Gives a place back. */
    void release(Place place) {
        lock.lock();
        try {
            admitted -= place.samples();
            tokens -= place.samples() * place.tokens();
        } finally {
            lock.unlock();
        }
    }

    /** Listeners and caller know of the end. */
    void told(Place place) {
        lock.lock();
        try {
            untold -= place.samples();
            if (untold == 0) {
                empty.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** From now on nothing is admitted, or is again. */
    void drain(boolean value) {
        lock.lock();
        try {
            draining = value;
        } finally {
            lock.unlock();
        }
    }

    boolean draining() {
        lock.lock();
        try {
            return draining;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until nothing is in the engine and all ends are told.
     *
     * @return false if the time was not enough
     */
    boolean awaitEmpty(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = TimeUnit.NANOSECONDS.convert(timeout);
            while (untold > 0 && left > 0) {
                left = empty.awaitNanos(left);
            }
            return untold == 0;
        } finally {
            lock.unlock();
        }
    }

    /** Learns how long a request ran. */
    void ran(Duration duration) {
        long nanos = duration.toNanos();
        meanNanos.updateAndGet(mean -> mean == 0 ? nanos : mean + (nanos - mean) / 8);
    }

    int admitted() {
        lock.lock();
        try {
            return admitted;
        } finally {
            lock.unlock();
        }
    }

    /** About how long the requests that are here now take, at the pace of those that ended. */
    private Duration retryAfter() {
        Duration estimate =
                Duration.ofNanos(meanNanos.get()).multipliedBy(capacity).dividedBy(slots);
        return estimate.compareTo(SHORTEST_RETRY) < 0 ? SHORTEST_RETRY : estimate;
    }
}
