package org.olmo4j.backend.cuda.virtual.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs launches, one at a time. Blocks are run one after another on each of some threads; the blocks of a cooperative launch take turns on one thread,
 * since each may wait for any other.
 */
public final class Machine implements AutoCloseable {

    private static final int STEPS_OF_WARP = 20_000;

    /** Launches with fewer threads are not worth a second thread of ours. */
    private static final long LEAST_THREADS_TO_SHARE = 512;

    private final int threads;
    private final ExecutorService workers;
    private final IdleBlocks idle = new IdleBlocks();
    private final AtomicLong laneInstructions = new AtomicLong();

    public Machine(int threads) {
        this.threads = threads;
        workers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("virtual-gpu-", 0).factory());
    }

    /** How many instructions all lanes have executed so far. */
    public long laneInstructions() {
        return laneInstructions.get();
    }

    /**
     * Runs a launch to its end.
     *
     * @throws KernelFault if the kernel does something wrong
     */
    public void run(Launch launch) {
        if (launch.cooperative()) {
            runTogether(launch);
            return;
        }
        AtomicLong nextBlock = new AtomicLong();
        int shares = (int) Math.min(threads, launch.blocks().count());
        if (shares == 1 || launch.blocks().count() * launch.threads().count() < LEAST_THREADS_TO_SHARE) {
            runBlocks(launch, nextBlock);
            return;
        }
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < shares; i++) {
            running.add(workers.submit(() -> runBlocks(launch, nextBlock)));
        }
        awaitAll(running);
    }

    private static void awaitAll(List<Future<?>> running) {
        Throwable first = null;
        for (Future<?> future : running) {
            try {
                future.get();
            } catch (ExecutionException e) {
                first = first == null ? e.getCause() : first;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                first = new IllegalStateException("Interrupted while a kernel ran", e);
            }
        }
        if (first instanceof RuntimeException e) {
            throw e;
        }
        if (first instanceof Error e) {
            throw e;
        }
    }

    private void runBlocks(Launch launch, AtomicLong nextBlock) {
        Block block = idle.take(launch);
        try {
            long count = launch.blocks().count();
            for (long i = nextBlock.getAndIncrement(); i < count; i = nextBlock.getAndIncrement()) {
                block.start(launch.blocks().at(i));
                while (!block.run(STEPS_OF_WARP)) {
                    // Its warps take turns.
                }
            }
            idle.give(block);
        } catch (KernelFault fault) {
            nextBlock.set(Long.MAX_VALUE / 2);
            throw fault;
        } finally {
            laneInstructions.addAndGet(block.takeLaneInstructions());
        }
    }

    private void runTogether(Launch launch) {
        List<Block> all = new ArrayList<>();
        for (long i = 0; i < launch.blocks().count(); i++) {
            Block block = new Block(launch);
            block.start(launch.blocks().at(i));
            all.add(block);
        }
        List<Block> running = new ArrayList<>(all);
        try {
            while (!running.isEmpty()) {
                running.removeIf(block -> block.run(STEPS_OF_WARP / 10));
            }
        } finally {
            all.forEach(block -> laneInstructions.addAndGet(block.takeLaneInstructions()));
        }
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
