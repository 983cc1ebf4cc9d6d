package org.olmo4j.backend.cpu;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.olmo4j.backend.StepArbiter;
import org.olmo4j.backend.cpu.kernel.KernelChoice;

/**
 * What all models on the processor share: whose turn it is, and the threads that compute. Thread-safe.
 *
 * <p>There is one pool for each number of threads that models ask for, which is one in all unless they were loaded with different options.
 * It starts with the first model and ends with the last. Since models take turns, only one pool computes at a time, and the threads of
 * the others sleep.
 */
final class CpuDevice {

    private final KernelChoice kernels;
    private final StepArbiter arbiter = new StepArbiter();
    private final Map<Integer, Shared> pools = new HashMap<>();

    CpuDevice(KernelChoice kernels) {
        this.kernels = kernels;
    }

    StepArbiter arbiter() {
        return arbiter;
    }

    /**
     * Takes part in the pool of a number of threads.
     *
     * @param threads 1 or more, the caller's own one included
     * @return to be closed when the model is
     */
    synchronized Lease lease(int threads) {
        Shared shared = pools.computeIfAbsent(threads, count -> new Shared(new ComputePool(count, kernels)));
        shared.users++;
        return new Lease(shared);
    }

    private synchronized void giveBack(Shared shared) {
        if (--shared.users == 0) {
            pools.remove(shared.pool.threads());
            shared.pool.close();
        }
    }

    /** A pool and how many models use it. */
    private static final class Shared {
        private final ComputePool pool;
        private int users;

        Shared(ComputePool pool) {
            this.pool = pool;
        }
    }

    /** A model's part in a pool. */
    final class Lease implements AutoCloseable {

        private final Shared shared;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Lease(Shared shared) {
            this.shared = shared;
        }

        ComputePool pool() {
            return shared.pool;
        }

        /** Gives the part back; the last one ends the threads. The model may compute no more. */
        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                giveBack(shared);
            }
        }
    }
}
