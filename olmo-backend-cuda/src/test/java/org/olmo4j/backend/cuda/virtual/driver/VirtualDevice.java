package org.olmo4j.backend.cuda.virtual.driver;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * A device as the virtual driver shows it.
 *
 * @param memoryBytes of global memory
 * @param multiprocessors how many it says it has; blocks are run by the threads of the JVM
 * @param attributes values by the number of {@code CUdevice_attribute}, before those that follow from the rest
 */
public record VirtualDevice(
        String name,
        UUID uuid,
        int computeCapabilityMajor,
        int computeCapabilityMinor,
        long memoryBytes,
        int multiprocessors,
        Map<Integer, Integer> attributes) {

    /** What a block may use of shared memory without asking for more. */
    static final int SHARED_BYTES_PER_BLOCK = 48 * 1024;

    static final int UUID_BYTES = 16;

    public VirtualDevice {
        attributes = Map.copyOf(attributes);
    }

    int computeCapability() {
        return 10 * computeCapabilityMajor + computeCapabilityMinor;
    }

    /** What a block may use of shared memory if the kernel asks for it. */
    int sharedBytesPerBlockOptIn() {
        return switch (computeCapability()) {
            case 75 -> 64 * 1024;
            case 80, 87 -> 163 * 1024;
            case 90, 100, 103 -> 227 * 1024;
            default -> 99 * 1024;
        };
    }

    byte[] uuidBytes() {
        return ByteBuffer.allocate(UUID_BYTES)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }

    /** By the number of {@code CUdevice_attribute}. */
    Map<Integer, Integer> allAttributes() {
        Map<Integer, Integer> all = new HashMap<>();
        all.put(1, 1024); // threads per block
        all.put(2, 1024);
        all.put(3, 1024);
        all.put(4, 64);
        all.put(5, Integer.MAX_VALUE); // blocks per grid
        all.put(6, 65535);
        all.put(7, 65535);
        all.put(8, SHARED_BYTES_PER_BLOCK);
        all.put(9, 64 * 1024); // constant memory
        all.put(10, 32); // lanes of a warp
        all.put(12, 64 * 1024); // registers per block
        all.put(13, 1_500_000); // clock, kHz
        all.put(16, multiprocessors);
        all.put(18, 0); // integrated
        all.put(19, 1); // can map host memory
        all.put(20, 0); // compute mode
        all.put(33, 1); // PCI bus
        all.put(34, 0); // PCI device
        all.put(36, 2_000_000); // memory clock, kHz
        all.put(37, 5120); // memory bus, bits
        all.put(38, 40 << 20); // L2 cache
        all.put(39, 2048); // threads per multiprocessor
        all.put(41, 1); // unified addressing
        all.put(75, computeCapabilityMajor);
        all.put(76, computeCapabilityMinor);
        all.put(81, sharedBytesPerBlockOptIn() + 1024); // shared memory per multiprocessor
        all.put(82, 64 * 1024); // registers per multiprocessor
        all.put(95, 1); // cooperative launches
        all.put(97, sharedBytesPerBlockOptIn());
        all.putAll(attributes);
        return all;
    }
}
