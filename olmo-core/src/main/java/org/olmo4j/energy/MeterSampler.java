package org.olmo4j.energy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.olmo4j.energy.EnergyLedger.Events;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that settles the books: every second, and when there is a reason to. Reasons are a generation that has ended, and a step after
 * a time without any, so that idle time and work lie in different windows. After a reading it rests a hundred times as long as it has worked,
 * within 10 ms and a tenth of a second, so that many ends cost a hundredth of a processor and no more; and as long as the slowest counter
 * takes to move.
 * Thread-safe.
 */
final class MeterSampler implements Events {

    private static final Logger LOG = LoggerFactory.getLogger(MeterSampler.class);
    private static final long LONGEST_PERIOD_NANOS = 1_000_000_000;
    private static final long RETRY_NANOS = 100_000_000;
    private static final long SHORTEST_REST_NANOS = 10_000_000;
    private static final long LONGEST_REST_NANOS = 100_000_000;
    private static final long REST_PER_WORK = 100;
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(3);
    private static final long NOT_WANTED = Long.MAX_VALUE;

    private final LongSupplier nanoTime;
    private final AtomicLong wanted = new AtomicLong(NOT_WANTED);
    private final Thread thread =
            Thread.ofPlatform().name("olmo-energy").daemon().unstarted(this::run);
    private Books books = now -> false;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
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

    /** Settles a last time and ends the thread; one that hangs in a meter is left behind after some seconds. */
    void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            if (!thread.join(LONGEST_CLOSE)) {
                LOG.warn("A meter has not answered for {} s: its last reading is missing", LONGEST_CLOSE.toSeconds());
            }
        } catch (InterruptedException interruption) {
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
                long worked = processorNanos();
                if (books.settle(now)) {
                    want(now + RETRY_NANOS);
                }
                await(now, restNanos(processorNanos() - worked));
            }
            books.close(nanoTime.getAsLong());
        } catch (RuntimeException | Error fault) {
            closed = true;
            LOG.error("Energy accounting ended; from now on no generation has figures", fault);
        }
    }

    private long restNanos(long workedNanos) {
        long rest = Math.clamp(workedNanos * REST_PER_WORK, SHORTEST_REST_NANOS, LONGEST_REST_NANOS);
        return Math.max(rest, renewalNanos);
    }

    /** Of this thread; where the JVM does not know it, as if it had worked for long. */
    private long processorNanos() {
        return threads.isCurrentThreadCpuTimeSupported() ? threads.getCurrentThreadCpuTime() : nanoTime.getAsLong();
    }

    private void await(long last, long rest) {
        while (!closed) {
            long due = Math.min(last + LONGEST_PERIOD_NANOS, Math.max(wanted.get(), last + rest));
            long left = due - nanoTime.getAsLong();
            if (left <= 0) {
                return;
            }
            LockSupport.parkNanos(this, left);
        }
    }
}
