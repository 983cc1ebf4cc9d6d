package org.olmo4j.backend.cuda.driver;

import java.lang.foreign.MemorySegment;

/**
 * A queue of work for a GPU, done in order. Every method but {@link #synchronize()} returns at once. Used on its context's thread.
 */
public final class Stream implements AutoCloseable {

    /** Does not wait for the default stream, which other libraries of the process may use. */
    private static final int NON_BLOCKING = 1;

    private final DeviceContext context;
    private final long handle;

    private Stream(DeviceContext context, long handle) {
        this.context = context;
        this.handle = handle;
    }

    /**
     * Makes an empty queue.
     *
     * @param context of the GPU
     * @return the stream
     */
    public static Stream create(DeviceContext context) {
        return new Stream(context, context.driver().streamCreate(NON_BLOCKING));
    }

    long handle() {
        return handle;
    }

    DeviceContext context() {
        return context;
    }

    /**
     * Copies from the host.
     *
     * @param source pinned memory, unchanged until the copy is done
     * @param target gets it
     * @param targetOffset bytes
     * @param bytes how many, from the source's beginning
     */
    public void copy(MemorySegment source, DeviceMemory target, long targetOffset, long bytes) {
        if (bytes > source.byteSize()) {
            throw new IndexOutOfBoundsException(bytes + " bytes of a source of " + source.byteSize());
        }
        context.driver().memcpyHtoDAsync(target.part(targetOffset, bytes), source, bytes, handle);
    }

    /**
     * Copies to the host.
     *
     * @param source of the GPU
     * @param sourceOffset bytes
     * @param target pinned memory; not to be read until the copy is done
     * @param bytes how many, to the target's beginning
     */
    public void copy(DeviceMemory source, long sourceOffset, MemorySegment target, long bytes) {
        if (bytes > target.byteSize()) {
            throw new IndexOutOfBoundsException(bytes + " bytes into a target of " + target.byteSize());
        }
        context.driver().memcpyDtoHAsync(target, source.part(sourceOffset, bytes), bytes, handle);
    }

    /**
     * Copies on the GPU.
     *
     * @param source of the GPU
     * @param sourceOffset bytes
     * @param target of the GPU; the parts do not overlap
     * @param targetOffset bytes
     * @param bytes how many
     */
    public void copy(DeviceMemory source, long sourceOffset, DeviceMemory target, long targetOffset, long bytes) {
        context.driver()
                .memcpyDtoDAsync(target.part(targetOffset, bytes), source.part(sourceOffset, bytes), bytes, handle);
    }

    /**
     * Fills with zeros.
     *
     * @param target all of it
     */
    public void clear(DeviceMemory target) {
        context.driver().memsetD8Async(target.address(), (byte) 0, target.bytes(), handle);
    }

    /** Waits until all is done; what failed on the GPU shows here. */
    public void synchronize() {
        context.driver().streamSynchronize(handle);
    }

    @Override
    public void close() {
        if (context.driver().stickyFailure().isEmpty()) {
            context.driver().streamDestroy(handle);
        }
    }
}
