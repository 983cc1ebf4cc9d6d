package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.backend.cpu.kernel.KernelChoice;

/** Every piece is computed once, whatever goes wrong the caller hears of it, and nobody waits forever. */
@Timeout(60)
class ComputePoolTest {

    private static final int THREADS = 4;

    private final ComputePool pool = new ComputePool(THREADS, KernelChoice.scalar());

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void everyPieceIsComputedOnce() {
        for (int round = 0; round < 2_000; round++) {
            AtomicIntegerArray runs = new AtomicIntegerArray(round % 40);
            pool.run(runs.length(), (kernels, piece) -> runs.incrementAndGet(piece));
            for (int piece = 0; piece < runs.length(); piece++) {
                assertThat(runs.get(piece)).isEqualTo(1);
            }
        }
    }

    @Test
    void rangesCoverTheWholeOnceAndStartAtMultiplesOfTheGrain() {
        for (int length : new int[] {0, 1, 15, 16, 17, 1000, 1024}) {
            AtomicIntegerArray runs = new AtomicIntegerArray(length);
            pool.runRanges(length, 16, (kernels, from, to) -> {
                assertThat(from % 16).isZero();
                for (int i = from; i < to; i++) {
                    runs.incrementAndGet(i);
                }
            });
            for (int i = 0; i < length; i++) {
                assertThat(runs.get(i)).isEqualTo(1);
            }
        }
    }

    /** All threads meet at the latch, so that each piece has a thread of its own; a worker's error is that of the caller. */
    @Test
    void anErrorInAWorkerIsThrownToTheCallerAndThePoolGoesOn() {
        Thread caller = Thread.currentThread();
        for (int round = 0; round < 3; round++) {
            CountDownLatch together = new CountDownLatch(THREADS);
            assertThatThrownBy(() -> pool.run(THREADS, (kernels, piece) -> {
                        meet(together);
                        if (Thread.currentThread() != caller) {
                            throw new InternalError("a page is gone");
                        }
                    }))
                    .isInstanceOf(InternalError.class)
                    .hasMessage("a page is gone");
        }
        CountDownLatch together = new CountDownLatch(THREADS);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        pool.run(THREADS, (kernels, piece) -> {
            meet(together);
            threads.add(Thread.currentThread());
        });
        assertThat(threads).hasSize(THREADS);
    }

    @Test
    void whenTheCallersOwnPieceFailsNoWorkerComputesAnyMore() {
        Thread caller = Thread.currentThread();
        CountDownLatch together = new CountDownLatch(THREADS);
        AtomicInteger finished = new AtomicInteger();
        assertThatThrownBy(() -> pool.run(THREADS, (kernels, piece) -> {
                    meet(together);
                    if (Thread.currentThread() == caller) {
                        throw new OutOfMemoryError("none left");
                    }
                    LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                    finished.incrementAndGet();
                }))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(finished).hasValue(THREADS - 1);
    }

    @Test
    void theCallerSleepsWhileItWaitsForALongPiece() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch together = new CountDownLatch(THREADS);
        Thread caller = Thread.ofPlatform()
                .start(() -> pool.run(THREADS, (kernels, piece) -> {
                    meet(together);
                    if (Thread.currentThread().getName().startsWith("olmo-compute")) {
                        await(release);
                    }
                }));
        while (caller.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        release.countDown();
        caller.join();
        assertThat(caller.isAlive()).isFalse();
    }

    @Test
    void idleWorkersSleepEvenWhenTheyWereInterrupted() throws InterruptedException {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch together = new CountDownLatch(THREADS);
        pool.run(THREADS, (kernels, piece) -> {
            meet(together);
            threads.add(Thread.currentThread());
        });
        threads.remove(Thread.currentThread());
        assertThat(threads).hasSize(THREADS - 1);
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        pool.close();
        assertThat(threads).noneMatch(Thread::isAlive);
    }

    private static void meet(CountDownLatch latch) {
        latch.countDown();
        await(latch);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
