package org.olmo4j.constraint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Remembers what was used last, up to a number of bytes. Thread-safe. */
final class RecentlyUsed<K, V> {

    private static final int ENTRY_BYTES = 200;

    private final Map<K, V> values = new LinkedHashMap<>(16, 0.75f, true);
    private final ToIntFunction<V> size;
    private final long capacity;
    private long bytes;

    /**
     * Makes an empty memory.
     *
     * @param capacity bytes of all values
     * @param size bytes of a value
     */
    RecentlyUsed(long capacity, ToIntFunction<V> size) {
        this.capacity = capacity;
        this.size = size;
    }

    synchronized @Nullable V get(K key) {
        return values.get(key);
    }

    /** Remembers a value, and forgets those that were used least recently until all fit. One that does not fit alone is not kept. */
    synchronized void put(K key, V value) {
        V before = values.put(key, value);
        bytes += cost(value) - (before == null ? 0 : cost(before));
        var oldest = values.entrySet().iterator();
        while (bytes > capacity && oldest.hasNext()) {
            bytes -= cost(oldest.next().getValue());
            oldest.remove();
        }
    }

    synchronized int count() {
        return values.size();
    }

    synchronized long bytes() {
        return bytes;
    }

    private long cost(V value) {
        return (long) size.applyAsInt(value) + ENTRY_BYTES;
    }
}
