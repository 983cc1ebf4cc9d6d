package org.olmo4j.backend.cpu.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes {@link VectorKernels} of a forced width: a hidden copy of the class for each, so that the width is a constant in all of them. */
final class VectorWidths {

    private VectorWidths() {}

    /**
     * Kernels of a forced width, whatever the machine prefers.
     *
     * @param bits 64, 128, 256 or 512
     * @return makes kernels, one for each thread
     */
    static Supplier<Kernels> kernels(int bits) {
        try (InputStream code = Objects.requireNonNull(
                VectorWidths.class.getResourceAsStream("VectorKernels.class"),
                "VectorKernels.class is not beside VectorWidths")) {
            Constructor<?> constructor = MethodHandles.lookup()
                    .defineHiddenClassWithClassData(code.readAllBytes(), bits, true)
                    .lookupClass()
                    .getDeclaredConstructor();
            return () -> create(constructor, bits);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Vector kernels of " + bits + " bits cannot be made", e);
        }
    }

    private static Kernels create(Constructor<?> constructor, int bits) {
        try {
            return (Kernels) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Vector kernels of " + bits + " bits cannot be made", e);
        }
    }

    /**
     * The width that a copy was made for.
     *
     * @param lookup of the copy
     * @return bits, or null in the original class
     */
    static @Nullable Integer bitsOf(MethodHandles.Lookup lookup) {
        try {
            return MethodHandles.classData(lookup, "_", Integer.class);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("Class data need a lookup with original access", e);
        }
    }
}
