package org.olmo4j.backend.cuda.driver;

/**
 * Memory of a GPU. Used on its context's thread. Aligned to 256 bytes.
 */
public final class DeviceMemory implements AutoCloseable {

    private final DeviceContext context;
    private final long address;
    private final long bytes;

    private DeviceMemory(DeviceContext context, long address, long bytes) {
        this.context = context;
        this.address = address;
        this.bytes = bytes;
    }

    /**
     * Takes memory; what is in it is undefined.
     *
     * @param context of the GPU
     * @param bytes at least 1
     * @return the memory
     * @throws CudaException {@link CudaError#OUT_OF_MEMORY} if there is none
     */
    public static DeviceMemory allocate(DeviceContext context, long bytes) {
        return new DeviceMemory(context, context.driver().memAlloc(bytes), bytes);
    }

    /**
     * Where it begins, for kernels.
     *
     * @return an address of the GPU
     */
    public long address() {
        return address;
    }

    /**
     * Its size.
     *
     * @return bytes
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Checks that a part lies in this memory.
     *
     * @param offset of the part, bytes
     * @param length of the part, bytes
     * @return the part's address
     */
    long part(long offset, long length) {
        if (offset < 0 || length < 0 || offset > bytes - length) {
            throw new IndexOutOfBoundsException(
                    length + " bytes at " + offset + " of " + bytes + " bytes of GPU memory");
        }
        return address + offset;
    }

    /** Frees it, once nothing on the GPU uses it any more. With a lost context it is gone already. */
    @Override
    public void close() {
        if (context.driver().stickyFailure().isEmpty()) {
            context.driver().memFree(address);
        }
    }
}
