package org.olmo4j.spring.promptlog.store;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps trying to reach the database, in a thread of its own and at growing intervals, and knows whether it can be used. Logs when that changes.
 * Thread-safe.
 */
final class StoreConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StoreConnection.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private final StoreOptions options;
    private final Clock clock;
    private final Thread thread;
    private final CountDownLatch firstAttempt = new CountDownLatch(1);
    private @Nullable OpenStore open;
    private StoreStatus status;
    private boolean closed;

    StoreConnection(StoreOptions options, Clock clock) {
        this.options = options;
        this.clock = clock;
        this.status = new StoreStatus(StoreState.CONNECTING, "It was not reached yet", clock.instant());
        this.thread = Thread.ofPlatform().name("olmo-log-store").daemon().start(this::run);
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        while (true) {
            boolean good = attempt();
            firstAttempt.countDown();
            pause = good ? FIRST_PAUSE : shorter(pause.multipliedBy(2), LONGEST_PAUSE);
            if (!awaitReasonToTry(pause)) {
                return;
            }
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Waits while it is up, then for the pause. */
    private synchronized boolean awaitReasonToTry(Duration pause) {
        try {
            while (!closed && status.isUp()) {
                wait();
            }
            long end = System.nanoTime() + pause.toNanos();
            for (long left = pause.toNanos(); !closed && left > 0; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return !closed;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private boolean attempt() {
        try {
            OpenStore known = current();
            if (known == null) {
                connected(OpenStore.open(options));
            } else {
                known.get(Probe.class).run();
                succeeded(false);
            }
            return true;
        } catch (StoreException failure) {
            failed(failure);
        } catch (RuntimeException | LinkageError failure) {
            // An unforeseen failure of a library must not end the attempts.
            failed(DatabaseFailure.of(failure).toException(options.shownUrl(), failure));
        }
        return false;
    }

    private synchronized @Nullable OpenStore current() {
        return open;
    }

    private synchronized void connected(OpenStore store) {
        if (closed) {
            store.close();
            return;
        }
        open = store;
        set(StoreState.UP, "");
    }

    /** Runs work that writes, if the database can be used. */
    <T> T write(Function<OpenStore, T> work) {
        return call(work, true);
    }

    /** Runs work that only reads, if the database can be used. */
    <T> T read(Function<OpenStore, T> work) {
        return call(work, false);
    }

    private <T> T call(Function<OpenStore, T> work, boolean writes) {
        OpenStore store;
        synchronized (this) {
            if (open == null || closed) {
                throw new StoreException(
                        status.state(),
                        "The prompt log's database " + options.shownUrl() + " is not open: " + status.reason(),
                        null);
            }
            store = open;
        }
        try {
            T result = work.apply(store);
            succeeded(writes);
            return result;
        } catch (StoreException failure) {
            failed(failure);
            throw failure;
        } catch (IllegalArgumentException wrongCall) {
            throw wrongCall;
        } catch (RuntimeException failure) {
            StoreException known = DatabaseFailure.of(failure).toException(options.shownUrl(), failure);
            failed(known);
            throw known;
        }
    }

    /** That something was read does not show that rows are taken. */
    private synchronized void succeeded(boolean wrote) {
        if (!closed && !status.isUp() && (wrote || status.state() != StoreState.REFUSING)) {
            set(StoreState.UP, "");
        }
    }

    private synchronized void failed(StoreException failure) {
        if (!closed) {
            set(failure.state(), String.valueOf(failure.getMessage()));
        }
    }

    private synchronized void set(StoreState state, String reason) {
        if (status.state() == state) {
            return;
        }
        status = new StoreStatus(state, reason, clock.instant());
        if (state == StoreState.UP) {
            log.info("The prompt log is in {}", options.shownUrl());
        } else if (state != StoreState.CLOSED) {
            log.warn("{}", reason);
        }
        notifyAll();
    }

    synchronized StoreStatus status() {
        return status;
    }

    StoreStatus awaitFirstAttempt(Duration atMost) throws InterruptedException {
        var _ = firstAttempt.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        return status();
    }

    synchronized StoreStatus awaitUp(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        for (long left = atMost.toNanos(); !closed && !status.isUp() && left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return status;
    }

    @Override
    public void close() {
        OpenStore store;
        synchronized (this) {
            set(StoreState.CLOSED, "It was closed");
            closed = true;
            store = open;
            open = null;
            notifyAll();
        }
        if (store != null) {
            store.close();
        }
        joinThread();
    }

    /** Or an attempt might open the file after it was closed. */
    private void joinThread() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks the database for nothing, but of our tables. */
    interface Probe extends Runnable {}
}
