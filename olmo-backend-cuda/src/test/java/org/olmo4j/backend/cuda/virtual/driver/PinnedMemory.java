package org.olmo4j.backend.cuda.virtual.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory of the host that a device can copy from and to on its own. */
final class PinnedMemory {

    private static final long ALIGNMENT_BYTES = 4096;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;

    PinnedMemory(long bytes) {
        segment = arena.allocate(bytes, ALIGNMENT_BYTES);
    }

    MemorySegment segment() {
        return segment;
    }

    long address() {
        return segment.address();
    }

    long bytes() {
        return segment.byteSize();
    }

    /** The part that begins at an address within. */
    MemorySegment slice(long address, long count) {
        if (count > bytes() - (address - address())) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_INVALID_VALUE,
                    "%d bytes are more than lie behind 0x%x in %d bytes of pinned memory"
                            .formatted(count, address, bytes()));
        }
        return segment.asSlice(address - address(), count);
    }

    void free() {
        arena.close();
    }
}
