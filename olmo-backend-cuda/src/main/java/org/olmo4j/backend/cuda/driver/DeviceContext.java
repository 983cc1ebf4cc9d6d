package org.olmo4j.backend.cuda.driver;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A GPU's primary context and the one thread that works with it. A context is current for a thread, and a virtual thread changes its carrier: so all
 * work on the GPU is done by {@link #call}, and memory, streams and kernels check that it is.
 */
public final class DeviceContext implements AutoCloseable {

    private final CudaDriver driver;
    private final int device;
    private final ExecutorService executor;
    private final Thread owner;

    private DeviceContext(CudaDriver driver, int device, ExecutorService executor, Thread owner) {
        this.driver = driver;
        this.device = device;
        this.executor = executor;
        this.owner = owner;
    }

    /**
     * Starts the thread and makes the context current for it.
     *
     * @param driver that was started
     * @param device handle of the GPU
     * @return the context, to be closed
     * @throws CudaException if the GPU gives none
     */
    public static DeviceContext open(CudaDriver driver, int device) {
        // A daemon: an application that forgets to close its models can end all the same.
        ExecutorService executor = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("olmo-cuda-" + device).daemon().factory());
        try {
            Thread owner = await(executor.submit(() -> {
                retain(driver, device);
                return Thread.currentThread();
            }));
            return new DeviceContext(driver, device, executor, owner);
        } catch (RuntimeException | Error e) {
            executor.shutdown();
            throw e;
        }
    }

    private static void retain(CudaDriver driver, int device) {
        long context = driver.devicePrimaryCtxRetain(device);
        try {
            driver.ctxSetCurrent(context);
        } catch (CudaException e) {
            driver.devicePrimaryCtxRelease(device);
            throw e;
        }
    }

    /**
     * Does something with the GPU on the context's thread, and waits for it.
     *
     * @param <T> what it gives
     * @param work throws no checked exception
     * @return its result
     * @throws CudaException and whatever else the work throws
     */
    public <T> T call(Callable<T> work) {
        return await(executor.submit(work));
    }

    /**
     * Does something with the GPU on the context's thread, and waits for it.
     *
     * @param work may throw unchecked exceptions, which are passed on
     */
    public void run(Runnable work) {
        await(executor.submit(work));
    }

    /** Also when the caller is interrupted: memory that a copy of the GPU is working on must not be given up. */
    private static <T> T await(Future<T> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw unchecked(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException unchecked(ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException exception
                ? exception
                : new IllegalStateException("Work on a GPU threw a checked exception", cause);
    }

    /** The driver, for whoever runs on the context's thread. */
    CudaDriver driver() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException(
                    "Thread " + Thread.currentThread().getName() + " used the GPU of thread " + owner.getName());
        }
        return driver;
    }

    /**
     * The memory of the GPU that nobody uses. On the context's thread.
     *
     * @return bytes
     */
    public long freeMemoryBytes() {
        return driver().memGetFree();
    }

    /** Gives the context back and ends the thread. Memory and modules are closed before. */
    @Override
    public void close() {
        try {
            if (driver.stickyFailure().isEmpty()) {
                run(() -> driver.devicePrimaryCtxRelease(device));
            }
        } finally {
            executor.shutdown();
        }
    }
}
