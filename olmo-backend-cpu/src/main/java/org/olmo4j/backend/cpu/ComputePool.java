package org.olmo4j.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.backend.cpu.kernel.Kernels;

/**
 * The threads that compute. The calling thread takes part, so that a pool of one has no thread of its own. Pieces are taken from a counter
 * as threads come free, which evens out a busy machine; results do not depend on who computes which piece.
 *
 * <p>Between two loops of a step workers spin for some microseconds, since waking a thread costs more than most loops; then they park.
 */
final class ComputePool implements AutoCloseable {

    /** How often a waiting worker looks before it parks: some 20 microseconds. */
    private static final int SPINS = 2_000;

    private final List<Kernels> kernels = new ArrayList<>();
    private final List<Thread> workers = new ArrayList<>();
    private volatile Loop current = Loop.NONE;
    private volatile boolean closed;

    /** A piece of work. */
    @FunctionalInterface
    interface Body {

        /**
         * Computes one piece.
         *
         * @param kernels of the executing thread
         * @param piece 0-based
         */
        void run(Kernels kernels, int piece);
    }

    /** One parallel loop. */
    private static final class Loop {

        static final Loop NONE = new Loop((kernels, piece) -> {}, 0);

        private final Body body;
        private final int pieces;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger unfinished;
        private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

        Loop(Body body, int pieces) {
            this.body = body;
            this.pieces = pieces;
            this.unfinished = new AtomicInteger(pieces);
        }

        void work(Kernels kernels) {
            for (int piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
                try {
                    body.run(kernels, piece);
                } catch (RuntimeException e) {
                    failure.compareAndSet(null, e);
                } finally {
                    unfinished.decrementAndGet();
                }
            }
        }
    }

    ComputePool(int threads, KernelChoice choice) {
        for (int i = 0; i < threads; i++) {
            kernels.add(choice.factory().get());
        }
        for (int i = 1; i < threads; i++) {
            Kernels own = kernels.get(i);
            workers.add(Thread.ofPlatform().name("olmo-compute-" + i).daemon().start(() -> serve(own)));
        }
    }

    int threads() {
        return kernels.size();
    }

    /**
     * Runs all pieces and returns when the last is done. Called by one thread at a time.
     *
     * @param pieces 0 or more
     * @param body each piece
     */
    void run(int pieces, Body body) {
        if (pieces <= 1 || workers.isEmpty()) {
            for (int piece = 0; piece < pieces; piece++) {
                body.run(kernels.getFirst(), piece);
            }
            return;
        }
        Loop loop = new Loop(body, pieces);
        current = loop;
        workers.forEach(LockSupport::unpark);
        loop.work(kernels.getFirst());
        while (loop.unfinished.get() > 0) {
            Thread.onSpinWait();
        }
        current = Loop.NONE;
        RuntimeException failure = loop.failure.get();
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Splits a range into pieces of about equal size, some for each thread.
     *
     * @param length of the range
     * @param grain sizes are multiples of this, but for the last
     * @param body gets from and to
     */
    void runRanges(int length, int grain, RangeBody body) {
        int grains = (length + grain - 1) / grain;
        int pieces = Math.min(grains, threads() == 1 ? 1 : 4 * threads());
        run(pieces, (own, piece) -> {
            int from = (int) ((long) grains * piece / pieces) * grain;
            int to = Math.min(length, (int) ((long) grains * (piece + 1) / pieces) * grain);
            body.run(own, from, to);
        });
    }

    /** A part of a range. */
    @FunctionalInterface
    interface RangeBody {

        /**
         * Computes a part.
         *
         * @param kernels of the executing thread
         * @param from first index
         * @param to after the last index
         */
        void run(Kernels kernels, int from, int to);
    }

    private void serve(Kernels own) {
        Loop seen = Loop.NONE;
        while (!closed) {
            Loop loop = current;
            for (int spin = 0; loop == seen || loop == Loop.NONE; spin++) {
                if (closed) {
                    return;
                }
                if (spin < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
                loop = current;
            }
            seen = loop;
            loop.work(own);
        }
    }

    /** Ends the threads; no loop may run. */
    @Override
    public void close() {
        closed = true;
        workers.forEach(LockSupport::unpark);
        for (Thread worker : workers) {
            boolean interrupted = false;
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
