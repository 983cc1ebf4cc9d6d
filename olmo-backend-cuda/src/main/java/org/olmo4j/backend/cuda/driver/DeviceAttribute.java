package org.olmo4j.backend.cuda.driver;

/** Properties of a GPU, by their numbers in {@code CUdevice_attribute}. */
public enum DeviceAttribute {
    /** Processors that run blocks. */
    MULTIPROCESSOR_COUNT(16),
    /** Bytes of the cache that all of them share. */
    L2_CACHE_BYTES(38),
    /** Before the point of the compute capability. */
    COMPUTE_CAPABILITY_MAJOR(75),
    /** After the point. */
    COMPUTE_CAPABILITY_MINOR(76),
    /** Most bytes of shared memory that a block can have when it asks for more than 48 KiB. */
    MAX_SHARED_BYTES_OF_BLOCK(97);

    private final int id;

    DeviceAttribute(int id) {
        this.id = id;
    }

    int id() {
        return id;
    }
}
