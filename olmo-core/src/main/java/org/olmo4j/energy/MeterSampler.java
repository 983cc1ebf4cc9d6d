package org.olmo4j.energy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.olmo4j.energy.EnergyLedger.Events;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that settles the books: every second, and when there is a reason to, but never more than ten times a second. Reasons are a
 * generation that has ended, and a step after a time without any, so that idle time and work lie in different windows. Thread-safe.
 */
final class MeterSampler implements Events {

    private static final Logger LOG = LoggerFactory.getLogger(MeterSampler.class);
    private static final long LONGEST_PERIOD_NANOS = 1_000_000_000;
    private static final long SHORTEST_PERIOD_NANOS = 100_000_000;
    private static final long NOT_WANTED = Long.MAX_VALUE;

    private final LongSupplier nanoTime;
    private final AtomicLong wanted = new AtomicLong(NOT_WANTED);
    private final Thread thread =
            Thread.ofPlatform().name("olmo-energy").daemon().unstarted(this::run);
    private Books books = now -> false;
    private long renewalNanos;
    private volatile boolean closed;

    /** What is done at each reading. */
    interface Books {

        /** Reads and settles; returns whether some generation waits for the next reading. */
        boolean settle(long nowNanos);

        /** Settles a last time. */
        default void close(long nowNanos) {}
    }

    MeterSampler(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Begins.
     *
     * @param whose settled by this thread from now on
     * @param renewal how long a counter takes at most to show what was used
     */
    void start(Books whose, Duration renewal) {
        books = whose;
        renewalNanos = renewal.toNanos();
        thread.start();
    }

    /** Settles a last time and ends the thread. */
    void close() {
        closed = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException interruption) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether nothing will be settled any more. */
    boolean closed() {
        return closed;
    }

    @Override
    public void stepsToSeparate() {
        want(nanoTime.getAsLong());
    }

    @Override
    public void generationEnded() {
        want(nanoTime.getAsLong() + renewalNanos);
    }

    private void want(long nanos) {
        if (wanted.getAndAccumulate(nanos, Math::min) == NOT_WANTED) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        try {
            while (!closed) {
                long now = nanoTime.getAsLong();
                wanted.set(NOT_WANTED);
                if (books.settle(now)) {
                    want(now + SHORTEST_PERIOD_NANOS);
                }
                await(now);
            }
            books.close(nanoTime.getAsLong());
        } catch (RuntimeException | Error fault) {
            closed = true;
            LOG.error("Energy accounting ended; from now on no generation has figures", fault);
        }
    }

    private void await(long last) {
        while (!closed) {
            long due = Math.min(last + LONGEST_PERIOD_NANOS, Math.max(wanted.get(), last + SHORTEST_PERIOD_NANOS));
            long left = due - nanoTime.getAsLong();
            if (left <= 0) {
                return;
            }
            LockSupport.parkNanos(this, left);
        }
    }
}
