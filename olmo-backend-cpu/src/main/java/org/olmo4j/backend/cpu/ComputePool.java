package org.olmo4j.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.backend.cpu.kernel.Kernels;

/**
 * The threads that compute. The calling thread takes part, so that a pool of one has no thread of its own. Pieces are taken from a counter
 * as threads come free, which evens out a busy machine; results do not depend on who computes which piece. Models share a pool: loops of
 * different callers run one after the other.
 *
 * <p>Between two loops of a step workers spin for some microseconds, since waking a thread costs more than most loops; then they park. The
 * caller does the same while it waits for the last pieces: on a busy machine their thread may have to wait for a processor.
 */
final class ComputePool implements AutoCloseable {

    /** How long a waiting thread looks before it parks. */
    private static final long SPIN_NANOS = 50_000;

    private final List<Kernels> kernels = new ArrayList<>();
    private final List<Thread> workers = new ArrayList<>();
    /** Callers compute with the scratch memory of the same kernels. */
    private final ReentrantLock turn = new ReentrantLock();

    private volatile @Nullable Loop current;
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

        private final Body body;
        private final int pieces;
        private final Thread caller = Thread.currentThread();
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger unfinished;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private volatile boolean callerParks;

        Loop(Body body, int pieces) {
            this.body = body;
            this.pieces = pieces;
            this.unfinished = new AtomicInteger(pieces);
        }

        /** Computes pieces until none is left. After a failure the rest is only counted, so that the caller learns of it soon. */
        void work(Kernels kernels) {
            for (int piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
                try {
                    if (failure.get() == null) {
                        body.run(kernels, piece);
                    }
                } catch (
                        Throwable
                                e) { // NOPMD: errors too belong to the caller, such as a page of a mapped file that is
                    // gone
                    failure.compareAndSet(null, e);
                } finally {
                    // The caller sets its flag before it looks at the count a last time, so that one of the two sees
                    // the other.
                    if (unfinished.decrementAndGet() == 0 && callerParks) {
                        LockSupport.unpark(caller);
                    }
                }
            }
        }

        void await() {
            long start = System.nanoTime();
            while (unfinished.get() > 0) {
                if (System.nanoTime() - start < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    callerParks = true;
                    if (unfinished.get() > 0) {
                        LockSupport.park(this);
                    }
                }
            }
        }

        void rethrow() {
            Throwable thrown = failure.get();
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown != null) {
                throw thrown instanceof RuntimeException exception ? exception : new IllegalStateException(thrown);
            }
        }
    }

    ComputePool(int threads, KernelChoice choice) {
        for (int i = 0; i < threads; i++) {
            kernels.add(choice.factory().get());
        }
        try {
            for (int i = 1; i < threads; i++) {
                Kernels own = kernels.get(i);
                workers.add(
                        Thread.ofPlatform().name("olmo-compute-" + i).daemon().start(() -> serve(own)));
            }
        } catch (OutOfMemoryError e) {
            // The system's limit of threads: those that were started must not stay behind.
            close();
            throw e;
        }
    }

    int threads() {
        return kernels.size();
    }

    /**
     * Runs all pieces and returns when the last is done. A thread that comes while another one's loop runs waits for its end. What a piece
     * throws is thrown here, when no thread computes any more; pieces that were not begun by then are left out.
     *
     * @param pieces 0 or more
     * @param body each piece; it runs no loop of its own
     */
    void run(int pieces, Body body) {
        turn.lock();
        try {
            runAlone(pieces, body);
        } finally {
            turn.unlock();
        }
    }

    private void runAlone(int pieces, Body body) {
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
        loop.await();
        current = null;
        loop.rethrow();
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
        Loop seen = null;
        while (!closed) {
            Loop loop = next(seen);
            if (loop != null) {
                loop.work(own);
                seen = loop;
            }
        }
    }

    /** Waits for another loop than the one that was seen last; null once the pool is closed. */
    private @Nullable Loop next(@Nullable Loop seen) {
        long start = System.nanoTime();
        while (!closed) {
            Loop loop = current;
            if (loop != null && loop != seen) {
                return loop;
            }
            if (System.nanoTime() - start < SPIN_NANOS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
                // Left set, an interrupt would turn every park into a spin. Only closing the pool ends a worker.
                Thread.interrupted();
            }
        }
        return null;
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
