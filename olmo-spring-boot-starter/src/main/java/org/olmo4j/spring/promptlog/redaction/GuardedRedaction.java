package org.olmo4j.spring.promptlog.redaction;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a redactor that is not trusted to end. What it does not redact in time, or at all, is withheld.
 *
 * <p>It runs in platform threads, since one that never ends would take a carrier thread from all virtual ones. There is a fixed
 * number of them: when all hang, every text is withheld at once, until one comes back. Thread-safe.
 */
public final class GuardedRedaction implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GuardedRedaction.class);
    private static final long IDLE_SECONDS = 10;
    private static final String WARM_UP_TEXT = "Write to someone@example.org, or call +1 202 555 0143. ";
    private static final int WARM_UP_REPETITIONS = 500;
    private static final int WARM_UP_RUNS = 10;
    private static final Duration WARM_UP_LIMIT = Duration.ofSeconds(5);

    private final Redactor redactor;
    private final Duration limit;
    private final int threads;
    private final Semaphore free;
    private final AtomicInteger hanging = new AtomicInteger();
    private final AtomicLong withheld = new AtomicLong();
    private final ThreadPoolExecutor executor;

    /**
     * Guards a redactor.
     *
     * @param redactor may throw, hang, or return null
     * @param limit how long a text may take, with the time until a thread is free; positive
     * @param threads how many texts are redacted at a time, and how many threads may hang; positive
     */
    public GuardedRedaction(Redactor redactor, Duration limit, int threads) {
        if (!limit.isPositive()) {
            throw new IllegalArgumentException("limit is " + limit + "; it must be positive");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + "; it must be 1 or more");
        }
        this.redactor = redactor;
        this.limit = limit;
        this.threads = threads;
        this.free = new Semaphore(threads, true);
        this.executor = new ThreadPoolExecutor(
                0,
                // One that has given its permit back may still be on its way into the pool.
                2 * threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().daemon().name("olmo-redaction-", 1).factory());
    }

    /**
     * Redacts a text, or says why not.
     *
     * @param text a prompt or an answer
     * @return within the time limit
     */
    public Redacted redact(String text) {
        Redacted result = attempt(text, limit);
        if (result instanceof Redacted.Withheld) {
            withheld.incrementAndGet();
        }
        return result;
    }

    /**
     * How many texts were not redacted.
     *
     * @return since this was made
     */
    public long withheld() {
        return withheld.get();
    }

    /**
     * How many calls of the redactor have run over the limit and not come back.
     *
     * @return 0 to the number of threads
     */
    public int hanging() {
        return hanging.get();
    }

    /**
     * Lets the redactor be compiled, before which it takes longer for a long text than it may. Whatever it does is guarded as always, but that it may take
     * seconds; texts are not held up by it, as long as there is a second thread. Ends with the first failure, which is logged.
     *
     * @return whether the redactor can do its work
     */
    public boolean warmUp() {
        for (int i = 0; i < WARM_UP_RUNS; i++) {
            if (attempt(WARM_UP_TEXT.repeat(WARM_UP_REPETITIONS), WARM_UP_LIMIT)
                    instanceof Redacted.Withheld(String reason)) {
                if (executor.isShutdown()) {
                    return false;
                }
                LOG.warn("The redactor fails: no text that is to be redacted will be kept ({})", reason);
                return false;
            }
        }
        return true;
    }

    private Redacted attempt(String text, Duration atMost) {
        if (hanging.get() >= threads) {
            return new Redacted.Withheld("all " + threads + " threads of the redactor hang");
        }
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            if (!free.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
                return late(atMost);
            }
            Call call = new Call(text, atMost);
            try {
                executor.execute(call);
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                free.release();
                return new Redacted.Withheld("no thread for the redactor");
            }
            return call.await(deadline - System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Redacted.Withheld("interrupted");
        }
    }

    private static Redacted late(Duration atMost) {
        return new Redacted.Withheld("the redactor took longer than " + atMost.toMillis() + " ms");
    }

    /** Ends its threads, as far as they can be interrupted; later texts are withheld. */
    @Override
    public void close() {
        executor.shutdownNow();
    }

    /** One run of the redactor. It ends and is given up in either order, and the permit is free only when it has ended. */
    private final class Call implements Runnable {

        private final String text;
        private final Duration atMost;
        private final CountDownLatch done = new CountDownLatch(1);
        private @Nullable Redacted result;
        private @Nullable Thread thread;
        private boolean abandoned;

        Call(String text, Duration atMost) {
            this.text = text;
            this.atMost = atMost;
        }

        @Override
        public void run() {
            Redacted outcome = new Redacted.Withheld("given up before it began");
            try {
                if (begin()) {
                    outcome = redactNow();
                }
            } finally {
                end(outcome);
            }
        }

        private Redacted redactNow() {
            try {
                String redacted = redactor.redact(text);
                return redacted == null
                        ? new Redacted.Withheld("the redactor returned null")
                        : new Redacted.Text(redacted);
            } catch (Throwable failure) {
                // Whatever it is, a stack overflow too. Its message may hold what was to be redacted.
                return new Redacted.Withheld(
                        "the redactor threw " + failure.getClass().getName());
            }
        }

        private synchronized boolean begin() {
            thread = Thread.currentThread();
            return !abandoned;
        }

        private synchronized void end(Redacted outcome) {
            result = outcome;
            thread = null;
            if (abandoned) {
                hanging.decrementAndGet();
            }
            free.release();
            done.countDown();
        }

        Redacted await(long nanoseconds) throws InterruptedException {
            try {
                boolean _ = done.await(nanoseconds, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Redacted _ = resultOrAbandon();
                throw e;
            }
            return resultOrAbandon();
        }

        private synchronized Redacted resultOrAbandon() {
            if (result != null) {
                return result;
            }
            abandoned = true;
            if (hanging.incrementAndGet() == threads) {
                LOG.warn("All {} threads of the redactor hang: no text is stored until one comes back", threads);
            }
            if (thread != null) {
                thread.interrupt();
            }
            return late(atMost);
        }
    }
}
