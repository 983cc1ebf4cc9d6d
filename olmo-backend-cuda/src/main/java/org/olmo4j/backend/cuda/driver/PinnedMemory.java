package org.olmo4j.backend.cuda.driver;

import java.lang.foreign.MemorySegment;

/**
 * Memory of the host that stays where it is, so that a GPU copies from and to it by itself, at the speed of the link, while the CPU goes on. Taken and
 * freed on the context's thread.
 */
public final class PinnedMemory implements AutoCloseable {

    private final DeviceContext context;
    private final MemorySegment segment;

    private PinnedMemory(DeviceContext context, MemorySegment segment) {
        this.context = context;
        this.segment = segment;
    }

    /**
     * Takes memory; what is in it is undefined.
     *
     * @param context of the GPU that copies
     * @param bytes at least 1
     * @return the memory
     * @throws CudaException {@link CudaError#OUT_OF_MEMORY} if the system gives none
     */
    public static PinnedMemory allocate(DeviceContext context, long bytes) {
        return new PinnedMemory(context, context.driver().memHostAlloc(bytes));
    }

    /**
     * The memory, for any thread. Not to be touched while a copy of the GPU is under way.
     *
     * @return valid until it is closed, which nothing checks
     */
    public MemorySegment segment() {
        return segment;
    }

    /** Frees it, once no copy uses it any more. */
    @Override
    public void close() {
        if (context.driver().stickyFailure().isEmpty()) {
            context.driver().memFreeHost(segment);
        }
    }
}
