package org.olmo4j.benchmark.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Times work that several threads do at once, from the moment at which all begin to the moment at which the last has done. */
public final class TogetherTimer {

    private TogetherTimer() {}

    /**
     * Runs the work several times.
     *
     * @param threads how many take part
     * @param repeats how often, the first one not counted
     * @param work gets the number of its thread, from 0
     * @return seconds of each repeat but the first
     */
    public static List<Double> seconds(int threads, int repeats, IntConsumer work) {
        List<Long> marks = new ArrayList<>();
        CyclicBarrier barrier = new CyclicBarrier(threads, () -> marks.add(System.nanoTime()));
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            workers.add(Thread.ofPlatform()
                    .name("measure-" + number)
                    .start(() -> repeat(repeats, barrier, failure, () -> work.accept(number))));
        }
        join(workers);
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new IllegalStateException("A measuring thread failed", thrown);
        }
        List<Double> seconds = new ArrayList<>();
        for (int mark = 2; mark < marks.size(); mark += 2) {
            seconds.add((marks.get(mark + 1) - marks.get(mark)) / 1e9);
        }
        return seconds;
    }

    /** Goes on to the end after a failure, so that nobody waits at the barrier in vain. */
    private static void repeat(
            int repeats, CyclicBarrier barrier, AtomicReference<@Nullable Throwable> failure, Runnable work) {
        try {
            for (int repeat = 0; repeat <= repeats; repeat++) {
                barrier.await();
                try {
                    work.run();
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                }
                barrier.await();
            }
        } catch (InterruptedException | BrokenBarrierException e) {
            failure.compareAndSet(null, e);
        }
    }

    private static void join(List<Thread> workers) {
        for (Thread worker : workers) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                workers.forEach(Thread::interrupt);
                Thread.currentThread().interrupt();
                throw new BenchmarkException("The measurement was interrupted", "Run it again", e);
            }
        }
    }
}
