package org.olmo4j.backend.cuda.virtual.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Functions for errors, devices and contexts. */
final class DeviceFunctions {

    private final DriverState state;
    private final Arena arena;
    private final Map<String, MemorySegment> texts = new HashMap<>();

    /** @param arena of the texts that are given out */
    DeviceFunctions(DriverState state, Arena arena) {
        this.state = state;
        this.arena = arena;
    }

    @NativeFunction(value = "cuInit", needsContext = false)
    void init(int flags) {
        if (flags != 0) {
            throw new DriverFailure(CudaResult.CUDA_ERROR_INVALID_VALUE, "the flags must be 0");
        }
        if (state.devices().isEmpty()) {
            throw new DriverFailure(CudaResult.CUDA_ERROR_NO_DEVICE, "this virtual machine has no device");
        }
        state.initialise();
    }

    @NativeFunction(value = "cuDriverGetVersion", needsContext = false, evenAfterFailure = true)
    void driverGetVersion(MemorySegment version) {
        HostMemory.setInt(version, state.driverVersion());
    }

    @NativeFunction(value = "cuGetErrorName", needsContext = false, evenAfterFailure = true)
    void getErrorName(int error, MemorySegment text) {
        setText(error, text, Enum::name);
    }

    @NativeFunction(value = "cuGetErrorString", needsContext = false, evenAfterFailure = true)
    void getErrorString(int error, MemorySegment text) {
        setText(error, text, CudaResult::text);
    }

    private void setText(int error, MemorySegment target, Function<CudaResult, String> text) {
        Optional<CudaResult> result = CudaResult.of(error);
        if (result.isEmpty()) {
            HostMemory.setLong(target, 0);
            throw new DriverFailure(CudaResult.CUDA_ERROR_INVALID_VALUE, "no error has the number " + error);
        }
        MemorySegment found = texts.computeIfAbsent(text.apply(result.get()), arena::allocateFrom);
        HostMemory.setLong(target, found.address());
    }

    @NativeFunction(value = "cuDeviceGetCount", needsContext = false)
    void deviceGetCount(MemorySegment count) {
        requireInitialised();
        HostMemory.setInt(count, state.devices().size());
    }

    @NativeFunction(value = "cuDeviceGet", needsContext = false)
    void deviceGet(MemorySegment device, int ordinal) {
        device(ordinal);
        HostMemory.setInt(device, ordinal);
    }

    @NativeFunction(value = "cuDeviceGetName", needsContext = false)
    void deviceGetName(MemorySegment name, int length, int device) {
        HostMemory.setText(name, device(device).name(), length);
    }

    @NativeFunction(value = "cuDeviceGetUuid_v2", needsContext = false)
    void deviceGetUuid(MemorySegment uuid, int device) {
        byte[] bytes = device(device).uuidBytes();
        MemorySegment.copy(bytes, 0, HostMemory.bytes(uuid, bytes.length), ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    @NativeFunction(value = "cuDeviceGetAttribute", needsContext = false)
    void deviceGetAttribute(MemorySegment value, int attribute, int device) {
        Integer found = device(device).allAttributes().get(attribute);
        if (found == null) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_INVALID_VALUE, "the virtual device does not have attribute " + attribute);
        }
        HostMemory.setInt(value, found);
    }

    @NativeFunction(value = "cuDeviceTotalMem_v2", needsContext = false)
    void deviceTotalMem(MemorySegment bytes, int device) {
        HostMemory.setLong(bytes, device(device).memoryBytes());
    }

    private VirtualDevice device(int ordinal) {
        requireInitialised();
        return state.contextOfDevice(ordinal).device();
    }

    private void requireInitialised() {
        if (!state.isInitialised()) {
            throw new DriverFailure(CudaResult.CUDA_ERROR_NOT_INITIALIZED, "cuInit was not called");
        }
    }

    @NativeFunction(value = "cuDevicePrimaryCtxRetain", needsContext = false)
    void devicePrimaryCtxRetain(MemorySegment context, int device) {
        requireInitialised();
        Context retained = state.contextOfDevice(device);
        retained.retain();
        HostMemory.setLong(context, handle(retained));
    }

    private long handle(@Nullable Context context) {
        return context == null ? 0 : state.contextHandles.handleOf(context);
    }

    @NativeFunction(value = "cuDevicePrimaryCtxRelease_v2", needsContext = false, evenAfterFailure = true)
    void devicePrimaryCtxRelease(int device) {
        Context context = state.contextOfDevice(device);
        if (context.retained() == 0) {
            throw new DriverFailure(CudaResult.CUDA_ERROR_INVALID_CONTEXT, "released more often than retained");
        }
        context.release();
    }

    @NativeFunction(value = "cuCtxSetCurrent", needsContext = false)
    void ctxSetCurrent(long context) {
        state.setCurrent(context == 0 ? null : state.contextHandles.get(context));
    }

    @NativeFunction(value = "cuCtxGetCurrent", needsContext = false)
    void ctxGetCurrent(MemorySegment context) {
        HostMemory.setLong(context, handle(state.currentOrNull()));
    }

    @NativeFunction(value = "cuCtxSynchronize", breaksCapture = true)
    void ctxSynchronize() {
        state.finish(state.current()::runAll);
    }
}
