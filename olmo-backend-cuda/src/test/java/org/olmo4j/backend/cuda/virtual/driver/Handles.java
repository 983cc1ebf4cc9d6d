package org.olmo4j.backend.cuda.virtual.driver;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** The objects of one kind that exist, by the handle that was given out for each. A handle is no pointer to anything, and is never given twice. */
final class Handles<T> {

    private static final long KIND_STRIDE = 1L << 32;
    private static final long FIRST = 0x00C0_0000_0000_0000L;

    private final String kind;
    private final Map<Long, T> objects = new LinkedHashMap<>();
    private long next;

    /** @param number tells the kinds' handles apart */
    Handles(String kind, int number) {
        this.kind = kind;
        next = FIRST + number * KIND_STRIDE + 16;
    }

    long add(T object) {
        long handle = next;
        next += 16;
        objects.put(handle, object);
        return handle;
    }

    T get(long handle) {
        T object = objects.get(handle);
        if (object == null) {
            throw unknown(handle);
        }
        return object;
    }

    T remove(long handle) {
        T object = objects.remove(handle);
        if (object == null) {
            throw unknown(handle);
        }
        return object;
    }

    private DriverFailure unknown(long handle) {
        return new DriverFailure(
                CudaResult.CUDA_ERROR_INVALID_HANDLE, "0x%x is no %s, or no longer".formatted(handle, kind));
    }

    void removeIf(Predicate<T> condition) {
        objects.values().removeIf(condition);
    }

    /** The handle of an object, which must have one. */
    @SuppressWarnings("ReferenceEquality") // Objects here are things, not values.
    long handleOf(T object) {
        return objects.entrySet().stream()
                .filter(entry -> entry.getValue() == object)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    Collection<T> all() {
        return objects.values();
    }

    int count() {
        return objects.size();
    }

    String kind() {
        return kind;
    }
}
