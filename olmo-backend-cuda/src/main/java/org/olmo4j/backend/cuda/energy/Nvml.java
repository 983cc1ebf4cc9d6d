package org.olmo4j.backend.cuda.energy;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The functions of NVIDIA's management library that energy needs. Thread-safe, as the library is.
 *
 * @see <a href="https://docs.nvidia.com/deploy/nvml-api/">NVML API</a>
 */
@SuppressWarnings("restricted") // Calling native code is what this class is for.
final class Nvml {

    private static final int SUCCESS = 0;
    private static final int TEXT_BYTES = 256;

    private static final Linker LINKER = Linker.nativeLinker();

    private final MethodHandle init;
    private final MethodHandle errorString;
    private final MethodHandle deviceGetHandleByUuid;
    private final MethodHandle deviceGetTotalEnergyConsumption;
    private final MethodHandle deviceGetPowerUsage;
    private final MethodHandle deviceGetEnforcedPowerLimit;
    private final MethodHandle deviceGetMigMode;

    /**
     * Binds the functions. Nothing is called.
     *
     * @param symbols where they are
     * @throws UnsatisfiedLinkError naming a function that the library does not have
     */
    Nvml(SymbolLookup symbols) {
        init = bind(symbols, "nvmlInit_v2", FunctionDescriptor.of(JAVA_INT));
        errorString = bind(symbols, "nvmlErrorString", FunctionDescriptor.of(ADDRESS, JAVA_INT));
        deviceGetHandleByUuid = bind(symbols, "nvmlDeviceGetHandleByUUID", result(ADDRESS, ADDRESS));
        deviceGetTotalEnergyConsumption =
                bind(symbols, "nvmlDeviceGetTotalEnergyConsumption", result(JAVA_LONG, ADDRESS));
        deviceGetPowerUsage = bind(symbols, "nvmlDeviceGetPowerUsage", result(JAVA_LONG, ADDRESS));
        deviceGetEnforcedPowerLimit = bind(symbols, "nvmlDeviceGetEnforcedPowerLimit", result(JAVA_LONG, ADDRESS));
        deviceGetMigMode = bind(symbols, "nvmlDeviceGetMigMode", result(JAVA_LONG, ADDRESS, ADDRESS));
    }

    /**
     * The library of this machine.
     *
     * @return empty if there is none
     */
    static Optional<SymbolLookup> library() {
        String name = System.getProperty("os.name").startsWith("Windows") ? "nvml.dll" : "libnvidia-ml.so.1";
        try {
            return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException missing) {
            return Optional.empty();
        }
    }

    private static FunctionDescriptor result(MemoryLayout... parameters) {
        return FunctionDescriptor.of(JAVA_INT, parameters);
    }

    private static MethodHandle bind(SymbolLookup symbols, String function, FunctionDescriptor descriptor) {
        MemorySegment address = symbols.find(function)
                .orElseThrow(() -> new UnsatisfiedLinkError("NVIDIA's management library has no function " + function));
        return LINKER.downcallHandle(address, descriptor);
    }

    /** A function gave an error. */
    static final class NvmlException extends Exception {

        private static final long serialVersionUID = 1L;

        NvmlException(String message) {
            super(message);
        }
    }

    /** A call that gives an nvmlReturn_t. */
    @FunctionalInterface
    private interface Call {
        int result() throws Throwable;
    }

    private void check(String function, Call call) throws NvmlException {
        int result = invoke(call);
        if (result != SUCCESS) {
            throw new NvmlException(function + " failed: " + text(result) + " (" + result + ")");
        }
    }

    private static int invoke(Call call) {
        try {
            return call.result();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("A downcall has no checked exceptions", e);
        }
    }

    private String text(int code) {
        try {
            MemorySegment text = (MemorySegment) errorString.invokeExact(code);
            return text.address() == 0
                    ? "an error without a text"
                    : text.reinterpret(TEXT_BYTES).getString(0);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("A downcall has no checked exceptions", e);
        }
    }

    /** Starts the library; a second call counts, and does nothing. */
    void init() throws NvmlException {
        check("nvmlInit_v2", () -> (int) init.invokeExact());
    }

    /**
     * The handle of a GPU.
     *
     * @param uuid as CUDA and nvidia-smi print it
     * @return for the other functions
     */
    long deviceGetHandleByUuid(String uuid) throws NvmlException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(uuid);
            MemorySegment handle = arena.allocate(ADDRESS);
            check("nvmlDeviceGetHandleByUUID(" + uuid + ")", () ->
                    (int) deviceGetHandleByUuid.invokeExact(text, handle));
            return handle.get(ADDRESS, 0).address();
        }
    }

    /**
     * What the whole board has used since the driver was loaded.
     *
     * @param device its handle
     * @return millijoules
     */
    long deviceGetTotalEnergyConsumption(long device) throws NvmlException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment energy = arena.allocate(JAVA_LONG);
            check("nvmlDeviceGetTotalEnergyConsumption", () ->
                    (int) deviceGetTotalEnergyConsumption.invokeExact(device, energy));
            return energy.get(JAVA_LONG, 0);
        }
    }

    /**
     * What the whole board draws.
     *
     * @param device its handle
     * @return milliwatts
     */
    int deviceGetPowerUsage(long device) throws NvmlException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment power = arena.allocate(JAVA_INT);
            check("nvmlDeviceGetPowerUsage", () -> (int) deviceGetPowerUsage.invokeExact(device, power));
            return power.get(JAVA_INT, 0);
        }
    }

    /**
     * What the board may draw.
     *
     * @param device its handle
     * @return milliwatts
     */
    int deviceGetEnforcedPowerLimit(long device) throws NvmlException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(JAVA_INT);
            check("nvmlDeviceGetEnforcedPowerLimit", () ->
                    (int) deviceGetEnforcedPowerLimit.invokeExact(device, limit));
            return limit.get(JAVA_INT, 0);
        }
    }

    /**
     * Whether the GPU is divided, so that its counter is that of several users.
     *
     * @param device its handle
     * @return false also where the GPU cannot be divided
     */
    boolean deviceIsDivided(long device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment current = arena.allocate(JAVA_INT);
            MemorySegment pending = arena.allocate(JAVA_INT);
            int result = invoke(() -> (int) deviceGetMigMode.invokeExact(device, current, pending));
            return result == SUCCESS && current.get(JAVA_INT, 0) == 1;
        }
    }
}
