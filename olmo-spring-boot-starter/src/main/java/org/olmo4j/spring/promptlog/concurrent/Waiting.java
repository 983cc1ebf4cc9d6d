package org.olmo4j.spring.promptlog.concurrent;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Ways to wait. Those that are not interruptible leave the thread interrupted if it was, or was meanwhile. */
public final class Waiting {

    private Waiting() {}

    /**
     * Waits until a condition holds; to be called by who holds the monitor.
     *
     * @param monitor whose {@code notifyAll} says that the condition may have changed
     * @param atMost how long
     * @param condition looked at under the monitor
     * @return whether it holds
     * @throws InterruptedException if the thread was interrupted
     */
    public static boolean until(Object monitor, Duration atMost, BooleanSupplier condition)
            throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        for (long left = atMost.toNanos(); !condition.getAsBoolean(); left = end - System.nanoTime()) {
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(monitor, left);
        }
        return true;
    }

    /**
     * Waits for a result, whatever happens to this thread.
     *
     * @param <T> its type
     * @param result of work that ends by itself
     * @return the result
     * @throws RuntimeException as the work threw it, and so an Error
     */
    public static <T> T forResult(Future<T> result) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    switch (e.getCause()) {
                        case RuntimeException failure -> throw failure;
                        case Error error -> throw error;
                        case null, default -> throw new IllegalStateException(e);
                    }
                }
            }
        } finally {
            restore(interrupted);
        }
    }

    /**
     * Waits for the end of a thread, whatever happens to this one.
     *
     * @param thread any
     * @param atMost how long
     * @return false if it still runs
     */
    public static boolean forEnd(Thread thread, Duration atMost) {
        return uninterrupted(atMost, left -> thread.join(Duration.ofNanos(left)));
    }

    /**
     * Waits until nothing that was handed to an executor runs any more, whatever happens to this thread.
     *
     * @param executor that was shut down
     * @param atMost how long
     * @return false if something still runs
     */
    public static boolean forEnd(ExecutorService executor, Duration atMost) {
        return uninterrupted(atMost, left -> executor.awaitTermination(left, TimeUnit.NANOSECONDS));
    }

    private interface TimedWait {
        boolean done(long nanoseconds) throws InterruptedException;
    }

    private static boolean uninterrupted(Duration atMost, TimedWait wait) {
        long end = System.nanoTime() + atMost.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return wait.done(Math.max(0, end - System.nanoTime()));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            restore(interrupted);
        }
    }

    private static void restore(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
