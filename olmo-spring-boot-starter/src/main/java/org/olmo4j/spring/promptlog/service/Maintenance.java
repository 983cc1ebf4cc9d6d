package org.olmo4j.spring.promptlog.service;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.MessageFreeFailure;
import org.olmo4j.spring.promptlog.concurrent.Waiting;
import org.olmo4j.spring.promptlog.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that comes again and again, each in a thread of its own, until this is closed. What a run throws is told once, and does not keep the next from
 * coming. Threads are not interrupted: H2 would lose its file by that. Thread-safe.
 */
final class Maintenance implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Maintenance.class);
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final ScheduledThreadPoolExecutor threads;
    private volatile boolean closed;

    Maintenance(int tasks) {
        threads = new ScheduledThreadPoolExecutor(
                tasks,
                Thread.ofPlatform().daemon().name("olmo-log-maintenance-", 1).factory());
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Whether a run that takes long should end. */
    boolean isClosed() {
        return closed;
    }

    /**
     * Does something soon, and then again and again.
     *
     * @param what for the log
     * @param task done in one thread at a time
     * @param interval from the end of a run that succeeded to the next one
     * @param retry after one that did not, and before the first
     */
    void repeat(String what, Runnable task, Duration interval, Duration retry) {
        later(new Repeated(what, task, interval, retry), retry);
    }

    private void later(Repeated task, Duration pause) {
        if (!closed) {
            var _ = threads.schedule(task, pause.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private final class Repeated implements Runnable {

        private final String what;
        private final Runnable task;
        private final Duration interval;
        private final Duration retry;
        private String told = "";

        Repeated(String what, Runnable task, Duration interval, Duration retry) {
            this.what = what;
            this.task = task;
            this.interval = interval;
            this.retry = retry;
        }

        @Override
        public void run() {
            boolean done = false;
            try {
                task.run();
                told = "";
                done = true;
            } catch (StoreException away) {
                tell(String.valueOf(away.getMessage()), null);
            } catch (RuntimeException | Error failure) {
                MessageFreeFailure known = MessageFreeFailure.of(failure);
                tell(known.outline(), known);
            } finally {
                later(this, done ? interval : retry);
            }
        }

        private void tell(String reason, @Nullable MessageFreeFailure failure) {
            if (!closed && !told.equals(reason)) {
                told = reason;
                log.warn("The prompt log could not {}, and tries again: {}", what, reason, failure);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdown();
        if (!Waiting.forEnd(threads, CLOSING)) {
            log.warn("The prompt log's maintenance does not end; the database may hang");
        }
    }
}
