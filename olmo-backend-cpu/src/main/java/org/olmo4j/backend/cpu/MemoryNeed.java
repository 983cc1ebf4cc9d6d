package org.olmo4j.backend.cpu;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.function.Supplier;
import org.olmo4j.error.InsufficientMemoryException;

/**
 * What a model may come to need of the memory of its machine, held against what there is. All sizes in bytes.
 *
 * @param cache of keys and values, when all blocks are in use
 * @param copiedWeights weights that lie in memory of their own
 * @param mappedWeights weights in mapped files, whose pages the system may drop and read again
 * @param memory of the machine
 */
record MemoryNeed(long cache, long copiedWeights, long mappedWeights, Memory memory) {

    /**
     * Memory of the machine or, where there is one, of the container.
     *
     * @param total all of it
     * @param heap up to how much of that the JVM's heap may take
     */
    record Memory(long total, long heap) {

        /** Of this JVM. The JDK's bean knows a container's limit. */
        static Memory here() {
            return new Memory(
                    ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                            .getTotalMemorySize(),
                    Runtime.getRuntime().maxMemory());
        }

        /**
         * How large a cache becomes when nobody says: at most a quarter of the memory, and at most half of what the heap leaves, so that
         * something remains for weights. A heap that leaves next to nothing, which is seldom meant, gets a small one beside it.
         */
        long defaultCache() {
            return Math.max(total / 16, Math.min(total / 4, (total - heap) / 2));
        }
    }

    /**
     * Refuses what the system would end without a word when it is used. Mapped weights do not count, since they work with little memory, if
     * slowly.
     *
     * @throws InsufficientMemoryException with the sizes and what to change
     */
    void requireRoom() {
        long needed = cache + copiedWeights + memory.heap();
        if (needed > memory.total()) {
            throw new InsufficientMemoryException(
                    "The KV cache of " + mebibytes(cache) + copied() + " and the JVM's heap of up to "
                            + mebibytes(memory.heap()) + " make " + mebibytes(needed)
                            + ", and machine or container has "
                            + mebibytes(memory.total()),
                    "Lower olmo.engine.kv-cache-size (LoadOptions.keyValueCacheBytes)"
                            + (needed - cache < memory.total()
                                    ? " to at most " + mebibytes(memory.total() - needed + cache)
                                    : "")
                            + " or the heap (-Xmx), or give it more memory");
        }
    }

    /**
     * Refuses copied weights that do not fit beside the heap, whatever the cache.
     *
     * @param smaller a setting with which they would fit, such as {@code olmo.weights=int8}; empty if there is none
     * @throws InsufficientMemoryException with the sizes and what to change
     */
    void requireRoomForWeights(Supplier<Optional<String>> smaller) {
        if (copiedWeights > 0 && !weightsFit()) {
            throw new InsufficientMemoryException(
                    "The copied weights of " + mebibytes(copiedWeights) + " and the JVM's heap of up to "
                            + mebibytes(memory.heap()) + " make " + mebibytes(copiedWeights + memory.heap())
                            + ", and machine or container has " + mebibytes(memory.total()),
                    smaller.get()
                                    .map(setting -> "Set " + setting + ", with which they fit; or lower")
                                    .orElse("Lower")
                            + " the heap (-Xmx), or give it more memory");
        }
    }

    /** Whether copied weights fit beside the heap. */
    boolean weightsFit() {
        return copiedWeights + memory.heap() <= memory.total();
    }

    /**
     * What will work, but badly.
     *
     * @return a line for the log; empty if all fits
     */
    Optional<String> warning() {
        long needed = cache + copiedWeights + mappedWeights + memory.heap();
        return needed <= memory.total()
                ? Optional.empty()
                : Optional.of("Weights of " + mebibytes(copiedWeights + mappedWeights) + ", a KV cache of up to "
                        + mebibytes(cache) + " and a heap of up to " + mebibytes(memory.heap()) + " are more than the "
                        + mebibytes(memory.total()) + " of machine or container: once they are used, weights are read "
                        + "from disk again and again, and every token is slow. Choose a smaller model, cache "
                        + "(olmo.engine.kv-cache-size) or heap (-Xmx)");
    }

    private String copied() {
        return copiedWeights == 0 ? "" : ", the copied weights of " + mebibytes(copiedWeights);
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}
