package org.olmo4j.backend.cpu.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** Makes vector kernels of a forced width: a hidden copy of each class, so that the width is a constant in all of them. */
final class VectorWidths {

    private final int bits;
    private final Map<Class<?>, Constructor<?>> constructors = new ConcurrentHashMap<>();

    private VectorWidths(int bits) {
        this.bits = bits;
    }

    /**
     * Kernels of a forced width, whatever the machine prefers.
     *
     * @param bits 64, 128, 256 or 512
     * @return makes kernels, one for each thread
     */
    static Supplier<Kernels> kernels(int bits) {
        VectorWidths widths = new VectorWidths(bits);
        return () -> new VectorKernels(widths);
    }

    /**
     * An object of a copy of a class.
     *
     * @param type what it is used as: the copy is not the class itself
     * @param original the class; it has one constructor
     * @param arguments of the constructor
     * @return an object of the copy of this width
     */
    <T> T create(Class<T> type, Class<? extends T> original, Object... arguments) {
        try {
            return type.cast(constructors
                    .computeIfAbsent(original, this::constructorOfCopy)
                    .newInstance(arguments));
        } catch (ReflectiveOperationException e) {
            throw failure(original, e);
        }
    }

    private Constructor<?> constructorOfCopy(Class<?> original) {
        String file = original.getSimpleName() + ".class";
        try (InputStream code = Objects.requireNonNull(
                VectorWidths.class.getResourceAsStream(file), () -> file + " is not beside VectorWidths")) {
            return MethodHandles.lookup()
                    .defineHiddenClassWithClassData(code.readAllBytes(), bits, true)
                    .lookupClass()
                    .getDeclaredConstructors()[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw failure(original, e);
        }
    }

    private IllegalStateException failure(Class<?> original, ReflectiveOperationException e) {
        return new IllegalStateException(
                "Vector kernels of " + bits + " bits cannot be made of " + original.getSimpleName(), e);
    }

    /**
     * The vectors of floats of a class: of the width that its copy was made for, or in the original of the preferred one, up to 16 lanes.
     *
     * @param lookup of the class
     * @return a constant for a static final field of it
     */
    static VectorSpecies<Float> floats(MethodHandles.Lookup lookup) {
        @Nullable Integer bits = bitsOf(lookup);
        if (bits != null) {
            return VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
        }
        VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
        return preferred.length() <= Contract.LANES ? preferred : FloatVector.SPECIES_512;
    }

    private static @Nullable Integer bitsOf(MethodHandles.Lookup lookup) {
        try {
            return MethodHandles.classData(lookup, "_", Integer.class);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("Class data need a lookup with original access", e);
        }
    }
}
