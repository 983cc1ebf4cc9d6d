package org.olmo4j.backend.cuda.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.olmo4j.backend.cuda.virtual.driver.CudaResult;

/** Calls the driver's functions with nothing between: what the tests of the virtual driver need, and no more. */
@SuppressWarnings("restricted") // Calling native functions is what this class is for.
final class RawDriver {

    static final int NON_BLOCKING = 1;

    private final SymbolLookup symbols;
    private final Arena arena = Arena.ofAuto();

    RawDriver(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /** A driver that is initialised, with the context of the first device current. */
    static RawDriver withContext(VirtualGpu gpu) {
        RawDriver driver = new RawDriver(gpu.symbols());
        driver.succeed("cuInit", 0);
        driver.makeCurrent(driver.retainContext(0));
        return driver;
    }

    /** The result of a function: {@code int}, {@code long}, {@code byte} and pointers are passed as they are. */
    int call(String function, Object... arguments) {
        MemoryLayout[] layouts = Arrays.stream(arguments).map(RawDriver::layout).toArray(MemoryLayout[]::new);
        try {
            return (int) Linker.nativeLinker()
                    .downcallHandle(
                            symbols.find(function).orElseThrow(), FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts))
                    .invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new AssertionError(function, e);
        }
    }

    private static MemoryLayout layout(Object argument) {
        return switch (argument) {
            case Integer _ -> ValueLayout.JAVA_INT;
            case Long _ -> ValueLayout.JAVA_LONG;
            case Byte _ -> ValueLayout.JAVA_BYTE;
            case MemorySegment _ -> ValueLayout.ADDRESS;
            default -> throw new AssertionError(argument.getClass());
        };
    }

    void succeed(String function, Object... arguments) {
        assertThat(call(function, arguments)).as(function).isZero();
    }

    void fail(CudaResult expected, String function, Object... arguments) {
        assertThat(CudaResult.of(call(function, arguments))).as(function).contains(expected);
    }

    /** Room for a result. */
    MemorySegment room(long bytes) {
        return arena.allocate(bytes, Long.BYTES);
    }

    MemorySegment text(String text) {
        return arena.allocateFrom(text);
    }

    /** The 64 bits that a function writes where its first argument points. */
    long get(String function, Object... otherArguments) {
        MemorySegment room = room(Long.BYTES);
        Object[] arguments = new Object[otherArguments.length + 1];
        arguments[0] = room;
        System.arraycopy(otherArguments, 0, arguments, 1, otherArguments.length);
        succeed(function, arguments);
        return room.get(ValueLayout.JAVA_LONG, 0);
    }

    /** The 64 bits that a function writes where its last argument points. */
    long getBehind(String function, Object argument) {
        MemorySegment room = room(Long.BYTES);
        succeed(function, argument, room);
        return room.get(ValueLayout.JAVA_LONG, 0);
    }

    long retainContext(int device) {
        return get("cuDevicePrimaryCtxRetain", device);
    }

    void makeCurrent(long context) {
        succeed("cuCtxSetCurrent", context);
    }

    long allocate(long bytes) {
        return get("cuMemAlloc_v2", bytes);
    }

    MemorySegment allocatePinned(long bytes) {
        return MemorySegment.ofAddress(get("cuMemHostAlloc", bytes, 0)).reinterpret(bytes);
    }

    long load(String ptx) {
        return get("cuModuleLoadDataEx", text(ptx), 0, MemorySegment.NULL, MemorySegment.NULL);
    }

    long kernel(long module, String name) {
        return get("cuModuleGetFunction", module, text(name));
    }

    long newStream() {
        return get("cuStreamCreate", NON_BLOCKING);
    }

    /** Copies to new device memory, and waits. */
    long upload(float... values) {
        return upload(arena.allocateFrom(ValueLayout.JAVA_FLOAT, values));
    }

    long upload(short... values) {
        return upload(arena.allocateFrom(ValueLayout.JAVA_SHORT, values));
    }

    long upload(int... values) {
        return upload(arena.allocateFrom(ValueLayout.JAVA_INT, values));
    }

    private long upload(MemorySegment values) {
        long memory = allocate(values.byteSize());
        succeed("cuMemcpyHtoDAsync_v2", memory, values, values.byteSize(), 0L);
        succeed("cuStreamSynchronize", 0L);
        return memory;
    }

    float[] downloadFloats(long memory, int count) {
        return download(memory, (long) count * Float.BYTES).toArray(ValueLayout.JAVA_FLOAT);
    }

    int[] downloadInts(long memory, int count) {
        return download(memory, (long) count * Integer.BYTES).toArray(ValueLayout.JAVA_INT);
    }

    private MemorySegment download(long memory, long bytes) {
        MemorySegment target = room(bytes);
        succeed("cuMemcpyDtoHAsync_v2", target, memory, bytes, 0L);
        succeed("cuStreamSynchronize", 0L);
        return target;
    }

    /** What {@code kernelParams} points to: pointers to {@code int}s, {@code long}s and {@code float}s. */
    MemorySegment parameters(Object... values) {
        MemorySegment pointers = room(Math.max(1, values.length) * (long) Long.BYTES);
        for (int i = 0; i < values.length; i++) {
            MemorySegment value = room(Long.BYTES);
            switch (values[i]) {
                case Integer number -> value.set(ValueLayout.JAVA_INT, 0, number);
                case Long number -> value.set(ValueLayout.JAVA_LONG, 0, number);
                case Float number -> value.set(ValueLayout.JAVA_FLOAT, 0, number);
                default -> throw new AssertionError(values[i].getClass());
            }
            pointers.setAtIndex(ValueLayout.ADDRESS, i, value);
        }
        return pointers;
    }

    void launch(long stream, long kernel, int blocks, int threads, int sharedBytes, Object... parameters) {
        succeed(
                "cuLaunchKernel",
                kernel,
                blocks,
                1,
                1,
                threads,
                1,
                1,
                sharedBytes,
                stream,
                parameters(parameters),
                MemorySegment.NULL);
    }

    /** Gives back what the tests usually take. */
    void free(long... memory) {
        for (long address : memory) {
            succeed("cuMemFree_v2", address);
        }
    }

    void end(long module) {
        succeed("cuModuleUnload", module);
        succeed("cuDevicePrimaryCtxRelease_v2", 0);
    }
}
