package org.olmo4j.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
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
import org.jspecify.annotations.Nullable;

/**
 * The functions of the driver, one method each, named as CUDA names them without the prefix. Those that {@code cuda.h} maps to a later version are bound
 * by that version's name ({@code _v2}): the old ones take 32-bit sizes and would fail silently.
 *
 * <p>Thread-safe, but for what CUDA asks of its callers: most functions work on the context that is current for the calling thread.
 *
 * <p>Pointers of the device and handles of CUDA's objects are {@code long}s: the JVM cannot read what they point to.
 */
@SuppressWarnings("restricted") // Calling native code is what this class is for.
public final class CudaDriver {

    /** The oldest driver that the kernels are claimed to work with: of CUDA 12.2, driver 535. */
    public static final int LEAST_VERSION = 12020;

    private static final int SUCCESS = 0;
    private static final int NOT_READY = 600;
    private static final int NAME_BYTES = 256;
    private static final int UUID_BYTES = 16;

    private static final Linker LINKER = Linker.nativeLinker();

    private final MethodHandle init;
    private final MethodHandle driverGetVersion;
    private final MethodHandle getErrorName;
    private final MethodHandle getErrorString;
    private final MethodHandle deviceGetCount;
    private final MethodHandle deviceGet;
    private final MethodHandle deviceGetName;
    private final MethodHandle deviceGetUuid;
    private final MethodHandle deviceGetAttribute;
    private final MethodHandle deviceTotalMem;
    private final MethodHandle devicePrimaryCtxRetain;
    private final MethodHandle devicePrimaryCtxRelease;
    private final MethodHandle ctxSetCurrent;
    private final MethodHandle memGetInfo;
    private final MethodHandle memAlloc;
    private final MethodHandle memFree;
    private final MethodHandle memHostAlloc;
    private final MethodHandle memFreeHost;
    private final MethodHandle memcpyHtoDAsync;
    private final MethodHandle memcpyDtoHAsync;
    private final MethodHandle memcpyDtoDAsync;
    private final MethodHandle memsetD8Async;
    private final MethodHandle streamCreate;
    private final MethodHandle streamDestroy;
    private final MethodHandle streamSynchronize;
    private final MethodHandle eventCreate;
    private final MethodHandle eventDestroy;
    private final MethodHandle eventRecord;
    private final MethodHandle eventSynchronize;
    private final MethodHandle eventQuery;
    private final MethodHandle moduleLoadDataEx;
    private final MethodHandle moduleUnload;
    private final MethodHandle moduleGetFunction;
    private final MethodHandle funcSetAttribute;
    private final MethodHandle launchKernel;
    private final MethodHandle streamBeginCapture;
    private final MethodHandle streamEndCapture;
    private final MethodHandle graphInstantiate;
    private final MethodHandle graphLaunch;
    private final MethodHandle graphExecDestroy;
    private final MethodHandle graphDestroy;

    /** The failure after which the driver is not called any more; null as long as it is well. */
    private volatile @Nullable CudaException stickyFailure;

    /**
     * Binds the functions. Nothing is called.
     *
     * @param symbols where they are
     * @throws UnsatisfiedLinkError naming a function that the library does not have
     */
    public CudaDriver(SymbolLookup symbols) {
        init = bind(symbols, "cuInit", JAVA_INT);
        driverGetVersion = bind(symbols, "cuDriverGetVersion", ADDRESS);
        getErrorName = bind(symbols, "cuGetErrorName", JAVA_INT, ADDRESS);
        getErrorString = bind(symbols, "cuGetErrorString", JAVA_INT, ADDRESS);
        deviceGetCount = bind(symbols, "cuDeviceGetCount", ADDRESS);
        deviceGet = bind(symbols, "cuDeviceGet", ADDRESS, JAVA_INT);
        deviceGetName = bind(symbols, "cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT);
        deviceGetUuid = bind(symbols, "cuDeviceGetUuid_v2", ADDRESS, JAVA_INT);
        deviceGetAttribute = bind(symbols, "cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT);
        deviceTotalMem = bind(symbols, "cuDeviceTotalMem_v2", ADDRESS, JAVA_INT);
        devicePrimaryCtxRetain = bind(symbols, "cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT);
        devicePrimaryCtxRelease = bind(symbols, "cuDevicePrimaryCtxRelease_v2", JAVA_INT);
        ctxSetCurrent = bind(symbols, "cuCtxSetCurrent", JAVA_LONG);
        memGetInfo = bind(symbols, "cuMemGetInfo_v2", ADDRESS, ADDRESS);
        memAlloc = bind(symbols, "cuMemAlloc_v2", ADDRESS, JAVA_LONG);
        memFree = bind(symbols, "cuMemFree_v2", JAVA_LONG);
        memHostAlloc = bind(symbols, "cuMemHostAlloc", ADDRESS, JAVA_LONG, JAVA_INT);
        memFreeHost = bind(symbols, "cuMemFreeHost", ADDRESS);
        memcpyHtoDAsync = bind(symbols, "cuMemcpyHtoDAsync_v2", JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
        memcpyDtoHAsync = bind(symbols, "cuMemcpyDtoHAsync_v2", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        memcpyDtoDAsync = bind(symbols, "cuMemcpyDtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        memsetD8Async = bind(symbols, "cuMemsetD8Async", JAVA_LONG, JAVA_BYTE, JAVA_LONG, JAVA_LONG);
        streamCreate = bind(symbols, "cuStreamCreate", ADDRESS, JAVA_INT);
        streamDestroy = bind(symbols, "cuStreamDestroy_v2", JAVA_LONG);
        streamSynchronize = bind(symbols, "cuStreamSynchronize", JAVA_LONG);
        eventCreate = bind(symbols, "cuEventCreate", ADDRESS, JAVA_INT);
        eventDestroy = bind(symbols, "cuEventDestroy_v2", JAVA_LONG);
        eventRecord = bind(symbols, "cuEventRecord", JAVA_LONG, JAVA_LONG);
        eventSynchronize = bind(symbols, "cuEventSynchronize", JAVA_LONG);
        eventQuery = bind(symbols, "cuEventQuery", JAVA_LONG);
        moduleLoadDataEx = bind(symbols, "cuModuleLoadDataEx", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
        moduleUnload = bind(symbols, "cuModuleUnload", JAVA_LONG);
        moduleGetFunction = bind(symbols, "cuModuleGetFunction", ADDRESS, JAVA_LONG, ADDRESS);
        funcSetAttribute = bind(symbols, "cuFuncSetAttribute", JAVA_LONG, JAVA_INT, JAVA_INT);
        launchKernel = bind(
                symbols,
                "cuLaunchKernel",
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                ADDRESS,
                ADDRESS);
        streamBeginCapture = bind(symbols, "cuStreamBeginCapture_v2", JAVA_LONG, JAVA_INT);
        streamEndCapture = bind(symbols, "cuStreamEndCapture", JAVA_LONG, ADDRESS);
        graphInstantiate = bind(symbols, "cuGraphInstantiateWithFlags", ADDRESS, JAVA_LONG, JAVA_LONG);
        graphLaunch = bind(symbols, "cuGraphLaunch", JAVA_LONG, JAVA_LONG);
        graphExecDestroy = bind(symbols, "cuGraphExecDestroy", JAVA_LONG);
        graphDestroy = bind(symbols, "cuGraphDestroy", JAVA_LONG);
    }

    /**
     * The driver of this machine.
     *
     * @return empty if there is no such library
     */
    public static Optional<SymbolLookup> library() {
        String name = System.getProperty("os.name").startsWith("Windows") ? "nvcuda.dll" : "libcuda.so.1";
        try {
            // Never unloaded: the driver keeps threads of its own.
            return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException missing) {
            return Optional.empty();
        }
    }

    private static MethodHandle bind(SymbolLookup symbols, String function, MemoryLayout... parameters) {
        MemorySegment address = symbols.find(function)
                .orElseThrow(() -> new UnsatisfiedLinkError("The driver has no function " + function));
        return LINKER.downcallHandle(address, FunctionDescriptor.of(JAVA_INT, parameters));
    }

    /** A call that gives a CUresult. */
    @FunctionalInterface
    private interface Call {
        int result() throws Throwable;
    }

    private void check(String function, Call call) {
        int result = result(call);
        if (result != SUCCESS) {
            throw failure(function, result);
        }
    }

    private int result(Call call) {
        CudaException failed = stickyFailure;
        if (failed != null) {
            throw failed;
        }
        return invoke(call);
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

    private CudaException failure(String function, int code) {
        CudaException failure = new CudaException(
                code, function + " failed: " + errorName(code) + " (" + code + "), " + errorText(code));
        if (failure.error().filter(CudaError::sticky).isPresent()) {
            stickyFailure = failure;
        }
        return failure;
    }

    private String errorName(int code) {
        return text(getErrorName, code).orElse("an error without a name");
    }

    private String errorText(int code) {
        return text(getErrorString, code).orElse("which this driver does not describe");
    }

    private static Optional<String> text(MethodHandle function, int code) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ADDRESS);
            if (invoke(() -> (int) function.invokeExact(code, pointer)) != SUCCESS) {
                return Optional.empty();
            }
            MemorySegment text = pointer.get(ADDRESS, 0);
            return text.address() == 0
                    ? Optional.empty()
                    : Optional.of(text.reinterpret(NAME_BYTES).getString(0));
        }
    }

    /**
     * The failure after which this process cannot use the driver any more.
     *
     * @return empty as long as it is well
     */
    public Optional<CudaException> stickyFailure() {
        return Optional.ofNullable(stickyFailure);
    }

    /** Starts the driver; a second call does nothing. */
    public void init() {
        check("cuInit", () -> (int) init.invokeExact(0));
    }

    /**
     * The version of CUDA that the driver speaks.
     *
     * @return 1000 x major + 10 x minor
     */
    public int driverGetVersion() {
        return integer("cuDriverGetVersion", pointer -> (int) driverGetVersion.invokeExact(pointer));
    }

    /**
     * How many GPUs this process may use.
     *
     * @return 0 or more
     */
    public int deviceGetCount() {
        return integer("cuDeviceGetCount", pointer -> (int) deviceGetCount.invokeExact(pointer));
    }

    /**
     * The handle of a GPU.
     *
     * @param ordinal 0 to {@link #deviceGetCount()} - 1
     * @return for the other functions
     */
    public int deviceGet(int ordinal) {
        return integer("cuDeviceGet(" + ordinal + ")", pointer -> (int) deviceGet.invokeExact(pointer, ordinal));
    }

    /**
     * A GPU's name.
     *
     * @param device its handle
     * @return such as {@code NVIDIA H200}
     */
    public String deviceGetName(int device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(NAME_BYTES);
            check("cuDeviceGetName", () -> (int) deviceGetName.invokeExact(name, NAME_BYTES, device));
            return name.getString(0);
        }
    }

    /**
     * A GPU's identity, as nvidia-smi prints it. A MIG slice has one of its own.
     *
     * @param device its handle
     * @return such as {@code GPU-3f2504e0-4f89-11d3-9a0c-0305e82c3301}
     */
    public String deviceGetUuid(int device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(UUID_BYTES);
            check("cuDeviceGetUuid_v2", () -> (int) deviceGetUuid.invokeExact(bytes, device));
            StringBuilder uuid = new StringBuilder("GPU-");
            for (int i = 0; i < UUID_BYTES; i++) {
                if (i == 4 || i == 6 || i == 8 || i == 10) {
                    uuid.append('-');
                }
                uuid.append("%02x".formatted(bytes.get(JAVA_BYTE, i)));
            }
            return uuid.toString();
        }
    }

    /**
     * A property of a GPU.
     *
     * @param attribute which
     * @param device its handle
     * @return its value
     */
    public int deviceGetAttribute(DeviceAttribute attribute, int device) {
        return integer("cuDeviceGetAttribute(" + attribute + ")", pointer ->
                (int) deviceGetAttribute.invokeExact(pointer, attribute.id(), device));
    }

    /**
     * A GPU's memory.
     *
     * @param device its handle
     * @return bytes
     */
    public long deviceTotalMem(int device) {
        return pointer("cuDeviceTotalMem_v2", pointer -> (int) deviceTotalMem.invokeExact(pointer, device));
    }

    /**
     * Takes part in the one context that a process should have on a GPU.
     *
     * @param device its handle
     * @return the context
     */
    long devicePrimaryCtxRetain(int device) {
        return pointer(
                "cuDevicePrimaryCtxRetain", pointer -> (int) devicePrimaryCtxRetain.invokeExact(pointer, device));
    }

    void devicePrimaryCtxRelease(int device) {
        check("cuDevicePrimaryCtxRelease_v2", () -> (int) devicePrimaryCtxRelease.invokeExact(device));
    }

    void ctxSetCurrent(long context) {
        check("cuCtxSetCurrent", () -> (int) ctxSetCurrent.invokeExact(context));
    }

    /**
     * The memory of the current context's GPU that nobody uses.
     *
     * @return bytes
     */
    long memGetFree() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment free = arena.allocate(JAVA_LONG);
            MemorySegment total = arena.allocate(JAVA_LONG);
            check("cuMemGetInfo_v2", () -> (int) memGetInfo.invokeExact(free, total));
            return free.get(JAVA_LONG, 0);
        }
    }

    long memAlloc(long bytes) {
        return pointer("cuMemAlloc_v2(" + bytes + " bytes)", pointer -> (int) memAlloc.invokeExact(pointer, bytes));
    }

    void memFree(long address) {
        check("cuMemFree_v2", () -> (int) memFree.invokeExact(address));
    }

    MemorySegment memHostAlloc(long bytes) {
        long address = pointer(
                "cuMemHostAlloc(" + bytes + " bytes)", pointer -> (int) memHostAlloc.invokeExact(pointer, bytes, 0));
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    void memFreeHost(MemorySegment memory) {
        check("cuMemFreeHost", () -> (int) memFreeHost.invokeExact(memory));
    }

    void memcpyHtoDAsync(long target, MemorySegment source, long bytes, long stream) {
        check("cuMemcpyHtoDAsync_v2(" + bytes + " bytes)", () ->
                (int) memcpyHtoDAsync.invokeExact(target, source, bytes, stream));
    }

    void memcpyDtoHAsync(MemorySegment target, long source, long bytes, long stream) {
        check("cuMemcpyDtoHAsync_v2(" + bytes + " bytes)", () ->
                (int) memcpyDtoHAsync.invokeExact(target, source, bytes, stream));
    }

    void memcpyDtoDAsync(long target, long source, long bytes, long stream) {
        check("cuMemcpyDtoDAsync_v2(" + bytes + " bytes)", () ->
                (int) memcpyDtoDAsync.invokeExact(target, source, bytes, stream));
    }

    void memsetD8Async(long target, byte value, long bytes, long stream) {
        check("cuMemsetD8Async(" + bytes + " bytes)", () ->
                (int) memsetD8Async.invokeExact(target, value, bytes, stream));
    }

    long streamCreate(int flags) {
        return pointer("cuStreamCreate", pointer -> (int) streamCreate.invokeExact(pointer, flags));
    }

    void streamDestroy(long stream) {
        check("cuStreamDestroy_v2", () -> (int) streamDestroy.invokeExact(stream));
    }

    void streamSynchronize(long stream) {
        check("cuStreamSynchronize", () -> (int) streamSynchronize.invokeExact(stream));
    }

    long eventCreate(int flags) {
        return pointer("cuEventCreate", pointer -> (int) eventCreate.invokeExact(pointer, flags));
    }

    void eventDestroy(long event) {
        check("cuEventDestroy_v2", () -> (int) eventDestroy.invokeExact(event));
    }

    void eventRecord(long event, long stream) {
        check("cuEventRecord", () -> (int) eventRecord.invokeExact(event, stream));
    }

    void eventSynchronize(long event) {
        check("cuEventSynchronize", () -> (int) eventSynchronize.invokeExact(event));
    }

    boolean eventQuery(long event) {
        int result = result(() -> (int) eventQuery.invokeExact(event));
        if (result != SUCCESS && result != NOT_READY) {
            throw failure("cuEventQuery", result);
        }
        return result == SUCCESS;
    }

    /**
     * Compiles a module for the current context's GPU.
     *
     * @param image PTX that ends in NUL
     * @param optionCount how many
     * @param options ids
     * @param values as many, each in a slot of a pointer's size
     * @return the module
     */
    long moduleLoadDataEx(MemorySegment image, int optionCount, MemorySegment options, MemorySegment values) {
        return pointer("cuModuleLoadDataEx", pointer ->
                (int) moduleLoadDataEx.invokeExact(pointer, image, optionCount, options, values));
    }

    void moduleUnload(long module) {
        check("cuModuleUnload", () -> (int) moduleUnload.invokeExact(module));
    }

    long moduleGetFunction(long module, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            return pointer("cuModuleGetFunction(" + name + ")", pointer ->
                    (int) moduleGetFunction.invokeExact(pointer, module, text));
        }
    }

    void funcSetAttribute(long function, int attribute, int value) {
        check("cuFuncSetAttribute(" + attribute + ", " + value + ")", () ->
                (int) funcSetAttribute.invokeExact(function, attribute, value));
    }

    /**
     * Launches a kernel.
     *
     * @param name of it, for errors
     * @param function its handle
     * @param shape of grid and block
     * @param stream on which
     * @param parameters array of pointers to the values, which are copied
     */
    void launchKernel(String name, long function, LaunchShape shape, long stream, MemorySegment parameters) {
        int result = result(() -> (int) launchKernel.invokeExact(
                function,
                shape.gridX(),
                shape.gridY(),
                shape.gridZ(),
                shape.blockX(),
                1,
                1,
                shape.sharedBytes(),
                stream,
                parameters,
                MemorySegment.NULL));
        if (result != SUCCESS) {
            throw failure("cuLaunchKernel(" + name + ", " + shape + ")", result);
        }
    }

    void streamBeginCapture(long stream, int mode) {
        check("cuStreamBeginCapture_v2", () -> (int) streamBeginCapture.invokeExact(stream, mode));
    }

    long streamEndCapture(long stream) {
        return pointer("cuStreamEndCapture", pointer -> (int) streamEndCapture.invokeExact(stream, pointer));
    }

    long graphInstantiate(long graph) {
        return pointer(
                "cuGraphInstantiateWithFlags", pointer -> (int) graphInstantiate.invokeExact(pointer, graph, 0L));
    }

    void graphLaunch(long executable, long stream) {
        check("cuGraphLaunch", () -> (int) graphLaunch.invokeExact(executable, stream));
    }

    void graphExecDestroy(long executable) {
        check("cuGraphExecDestroy", () -> (int) graphExecDestroy.invokeExact(executable));
    }

    void graphDestroy(long graph) {
        check("cuGraphDestroy", () -> (int) graphDestroy.invokeExact(graph));
    }

    /** A call that gives its answer through a pointer. */
    @FunctionalInterface
    private interface Question {
        int result(MemorySegment answer) throws Throwable;
    }

    private int integer(String function, Question question) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(JAVA_INT);
            check(function, () -> question.result(answer));
            return answer.get(JAVA_INT, 0);
        }
    }

    private long pointer(String function, Question question) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(JAVA_LONG);
            check(function, () -> question.result(answer));
            return answer.get(JAVA_LONG, 0);
        }
    }
}
