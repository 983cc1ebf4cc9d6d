package org.olmo4j.backend.cuda;

import org.olmo4j.backend.cuda.driver.DeviceContext;
import org.olmo4j.backend.cuda.driver.DeviceMemory;

/** One piece of a GPU's memory, handed out from its beginning to its end. On its context's thread. */
final class GpuMemory implements AutoCloseable {

    /** Whole lines of the caches, and what any load of a kernel is aligned to. */
    private static final long ALIGNMENT = 256;

    private final DeviceMemory memory;
    private long used;

    GpuMemory(DeviceContext context, long bytes) {
        memory = DeviceMemory.allocate(context, Math.max(ALIGNMENT, bytes));
    }

    /**
     * What a part takes.
     *
     * @param bytes of it
     * @return with what is lost to alignment
     */
    static long taken(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /**
     * Hands out the next part.
     *
     * @param bytes of it
     * @return its offset
     */
    long take(long bytes) {
        long offset = used;
        if (offset + bytes > memory.bytes()) {
            throw new IllegalStateException(
                    "A part of " + bytes + " bytes was not planned in " + memory.bytes() + " bytes of GPU memory");
        }
        used += taken(bytes);
        return offset;
    }

    DeviceMemory memory() {
        return memory;
    }

    long address(long offset) {
        return memory.address() + offset;
    }

    @Override
    public void close() {
        memory.close();
    }
}
