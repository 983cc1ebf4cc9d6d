package org.olmo4j.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A function that runs on a GPU. Its parameters are given in order, then it is launched:
 *
 * <pre>{@code kernel.pointer(source).pointer(target).integer(width).real(epsilon).launch(stream, shape);}</pre>
 *
 * <p>One block of parameters serves all launches, since the driver copies the values at each. Used on its context's thread.
 */
public final class Kernel {

    /** A block of a kernel that asks for no more may have this much dynamic shared memory. */
    private static final int SHARED_BYTES_WITHOUT_ASKING = 48 << 10;

    private static final int MAX_DYNAMIC_SHARED_SIZE_BYTES = 8;

    private final DeviceContext context;
    private final String name;
    private final long function;
    private final int parameters;
    private final MemorySegment values;
    private final MemorySegment pointers;
    private int given;
    private int sharedBytes = SHARED_BYTES_WITHOUT_ASKING;

    Kernel(DeviceContext context, String name, long function, int parameters) {
        this.context = context;
        this.name = name;
        this.function = function;
        this.parameters = parameters;
        // Some hundred bytes, which live as long as the kernel does.
        Arena arena = Arena.ofAuto();
        values = arena.allocate(JAVA_LONG, parameters);
        pointers = arena.allocate(ADDRESS, parameters);
        for (int i = 0; i < parameters; i++) {
            pointers.setAtIndex(ADDRESS, i, values.asSlice((long) i * Long.BYTES));
        }
    }

    /**
     * Gives a pointer.
     *
     * @param address of the GPU
     * @return this
     */
    public Kernel pointer(long address) {
        values.set(JAVA_LONG, next(), address);
        return this;
    }

    /**
     * Gives an {@code int}.
     *
     * @param value of the parameter
     * @return this
     */
    public Kernel integer(int value) {
        values.set(JAVA_INT, next(), value);
        return this;
    }

    /**
     * Gives a {@code long long}.
     *
     * @param value of the parameter
     * @return this
     */
    public Kernel longInteger(long value) {
        values.set(JAVA_LONG, next(), value);
        return this;
    }

    /**
     * Gives a {@code float}.
     *
     * @param value of the parameter
     * @return this
     */
    public Kernel real(float value) {
        values.set(JAVA_FLOAT, next(), value);
        return this;
    }

    private long next() {
        if (given == parameters) {
            given = 0;
            throw new IllegalStateException("Kernel " + name + " takes " + parameters + " parameters");
        }
        return (long) given++ * Long.BYTES;
    }

    /**
     * Queues a launch with the parameters that were given.
     *
     * @param stream on which
     * @param shape of grid and block
     * @throws CudaException if it cannot be launched; what fails on the GPU shows when the stream is waited for
     */
    public void launch(Stream stream, LaunchShape shape) {
        int missing = parameters - given;
        given = 0;
        if (missing != 0) {
            throw new IllegalStateException(
                    "Kernel " + name + " lacks " + missing + " of " + parameters + " parameters");
        }
        if (shape.sharedBytes() > sharedBytes) {
            context.driver().funcSetAttribute(function, MAX_DYNAMIC_SHARED_SIZE_BYTES, shape.sharedBytes());
            sharedBytes = shape.sharedBytes();
        }
        context.driver().launchKernel(name, function, shape, stream.handle(), pointers);
    }
}
