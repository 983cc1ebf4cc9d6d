package org.olmo4j.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** PTX that the driver has compiled for a GPU. Used on its context's thread. */
public final class KernelModule implements AutoCloseable {

    private static final int JIT_ERROR_LOG_BUFFER = 5;
    private static final int JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6;
    private static final int LOG_BYTES = 8192;

    private final DeviceContext context;
    private final long handle;

    private KernelModule(DeviceContext context, long handle) {
        this.context = context;
        this.handle = handle;
    }

    /**
     * Compiles PTX; the driver keeps the result in a cache of its own.
     *
     * @param context of the GPU
     * @param ptx its text
     * @return the module
     * @throws CudaException with what the compiler of the driver said
     */
    public static KernelModule load(DeviceContext context, String ptx) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment log = arena.allocate(LOG_BYTES);
            MemorySegment options = arena.allocateFrom(JAVA_INT, JIT_ERROR_LOG_BUFFER, JIT_ERROR_LOG_BUFFER_SIZE_BYTES);
            MemorySegment values = arena.allocate(ADDRESS, 2);
            values.setAtIndex(ADDRESS, 0, log);
            // The size stands in the slot of the pointer itself.
            values.setAtIndex(JAVA_LONG, 1, LOG_BYTES);
            try {
                return new KernelModule(
                        context, context.driver().moduleLoadDataEx(arena.allocateFrom(ptx), 2, options, values));
            } catch (CudaException e) {
                throw e.with(log.getString(0).strip());
            }
        }
    }

    /**
     * A kernel of the module.
     *
     * @param name of its entry
     * @param parameters how many it takes
     * @return the kernel; valid as long as the module
     * @throws CudaException if there is none
     */
    public Kernel kernel(String name, int parameters) {
        return new Kernel(context, name, context.driver().moduleGetFunction(handle, name), parameters);
    }

    @Override
    public void close() {
        if (context.driver().stickyFailure().isEmpty()) {
            context.driver().moduleUnload(handle);
        }
    }
}
