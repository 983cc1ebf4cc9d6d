package org.olmo4j.spring.promptlog.store;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.MessageFreeFailure;
import org.olmo4j.spring.promptlog.concurrent.Waiting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps trying to reach the database, in a thread of its own and at growing intervals, and knows whether it can be used. Logs when that changes.
 *
 * <p>All work is done by threads of this, for which the caller waits whatever happens to it: an interrupt while H2 reads or writes its file would close
 * that file for everybody. One thread is the writer's alone; the others have the other connections, so that nobody ever waits for one. Thread-safe.
 */
final class StoreConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StoreConnection.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    /** A database that does not answer for so long is not waited for when closing. */
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final StoreOptions options;
    private final Function<StoreOptions, OpenStore> opener;
    private final Clock clock;
    private final ExecutorService writer;
    private final ExecutorService others;
    private final Thread thread;
    private final CountDownLatch firstAttempt = new CountDownLatch(1);
    private @Nullable OpenStore open;
    private StoreStatus status;
    private boolean closed;

    StoreConnection(StoreOptions options, Function<StoreOptions, OpenStore> opener, Clock clock) {
        this.options = options;
        this.opener = opener;
        this.clock = clock;
        this.status = new StoreStatus(StoreState.CONNECTING, "It was not reached yet", clock.instant());
        this.writer = threads("olmo-log-database-writer", 1);
        this.others = threads("olmo-log-database-", options.connections() - 1);
        this.thread = Thread.ofPlatform().name("olmo-log-store").daemon().start(this::run);
    }

    private static ExecutorService threads(String name, int count) {
        Thread.Builder builder = count == 1
                ? Thread.ofPlatform().daemon().name(name)
                : Thread.ofPlatform().daemon().name(name, 1);
        return Executors.newFixedThreadPool(count, builder.factory());
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
            Waiting.until(this, pause, () -> closed);
            return !closed;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private boolean attempt() {
        try {
            OpenStore known = current();
            if (known == null) {
                connected(opener.apply(options));
            } else {
                probe(known);
                succeeded(false);
            }
            return true;
        } catch (StoreException failure) {
            failed(failure);
        } catch (RuntimeException | Error failure) {
            // An unforeseen failure of a library must not end the attempts.
            failed(DatabaseFailure.of(failure).toException(options.shownUrl(), failure));
        }
        return false;
    }

    private void probe(OpenStore known) {
        try {
            known.get(Probe.class).run();
        } catch (RuntimeException failure) {
            if (options.isH2() && DatabaseFailure.of(failure) == DatabaseFailure.CONNECTION) {
                // After a failed write it is closed for good, for all connections; the next attempt opens the file
                // anew.
                forget(known);
            }
            throw failure;
        }
    }

    private void forget(OpenStore broken) {
        synchronized (this) {
            if (open == broken) {
                open = null;
            }
        }
        closeQuietly(broken);
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

    /** Runs work of the writer, if the database can be used. */
    <T> T writeBatch(Function<OpenStore, T> work) {
        return call(writer, work, true);
    }

    /** Runs work that changes something, if the database can be used. */
    <T> T write(Function<OpenStore, T> work) {
        return call(others, work, true);
    }

    /** Runs work that only reads, if the database can be used. */
    <T> T read(Function<OpenStore, T> work) {
        return call(others, work, false);
    }

    private <T> T call(ExecutorService threads, Function<OpenStore, T> work, boolean writes) {
        requireOpen();
        Future<T> result;
        try {
            result = threads.submit(() -> run(work, writes));
        } catch (RejectedExecutionException closedMeanwhile) {
            throw notOpen();
        }
        return Waiting.forResult(result);
    }

    private synchronized OpenStore requireOpen() {
        if (open == null || closed) {
            throw notOpen();
        }
        return open;
    }

    private synchronized StoreException notOpen() {
        return new StoreException(
                status.state(),
                "The prompt log's database " + options.shownUrl() + " is not open: " + status.reason(),
                null);
    }

    private <T> T run(Function<OpenStore, T> work, boolean writes) {
        OpenStore store = requireOpen();
        try {
            T result = work.apply(store);
            succeeded(writes);
            return result;
        } catch (StoreException failure) {
            failed(failure);
            throw failure;
        } catch (RuntimeException failure) {
            if (!DatabaseFailure.isOfDatabase(failure)) {
                throw failure;
            }
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
        Waiting.until(this, atMost, () -> closed || status.isUp());
        return status;
    }

    /** Waits for a database that hangs for some seconds only. */
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
        writer.shutdown();
        others.shutdown();
        if (!isQuietSoon()) {
            log.warn(
                    "The prompt log's database {} does not answer; it is left with what it was asked",
                    options.shownUrl());
        }
        if (store != null) {
            closeQuietly(store);
        }
    }

    /** What still opens the database closes it, when it finds that this is closed. */
    private boolean isQuietSoon() {
        long end = System.nanoTime() + CLOSING.toNanos();
        return Waiting.forEnd(writer, CLOSING)
                && Waiting.forEnd(others, Duration.ofNanos(end - System.nanoTime()))
                && Waiting.forEnd(thread, Duration.ofNanos(end - System.nanoTime()));
    }

    private void closeQuietly(OpenStore store) {
        try {
            store.close();
        } catch (RuntimeException failure) {
            log.warn(
                    "The prompt log's database {} could not be closed",
                    options.shownUrl(),
                    MessageFreeFailure.of(failure));
        }
    }

    /** Asks the database for nothing, but of our tables. */
    interface Probe extends Runnable {}
}
