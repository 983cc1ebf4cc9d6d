package org.olmo4j.backend.cuda.virtual.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The functions of {@code libnvidia-ml} that tell what a device consumes. Values and errors are set by the test, and may change at any time. */
public final class VirtualNvml implements AutoCloseable {

    public static final int SUCCESS = 0;
    public static final int ERROR_UNINITIALIZED = 1;
    public static final int ERROR_INVALID_ARGUMENT = 2;
    public static final int ERROR_NOT_SUPPORTED = 3;
    public static final int ERROR_NO_PERMISSION = 4;
    public static final int ERROR_NOT_FOUND = 6;
    public static final int ERROR_DRIVER_NOT_LOADED = 9;
    public static final int ERROR_GPU_IS_LOST = 15;
    public static final int ERROR_UNKNOWN = 999;

    private static final Map<Integer, String> TEXTS = Map.of(
            SUCCESS, "Success",
            ERROR_UNINITIALIZED, "Uninitialized",
            ERROR_INVALID_ARGUMENT, "Invalid Argument",
            ERROR_NOT_SUPPORTED, "Not Supported",
            ERROR_NO_PERMISSION, "Insufficient Permissions",
            ERROR_NOT_FOUND, "Not Found",
            ERROR_DRIVER_NOT_LOADED, "Driver Not Loaded",
            ERROR_GPU_IS_LOST, "GPU is lost",
            ERROR_UNKNOWN, "Unknown Error");

    private final Arena arena = Arena.ofShared();
    private final UpcallTable functions;
    private final List<VirtualDevice> devices;
    private final AtomicLong energyMillijoules = new AtomicLong();
    private final Map<String, Integer> results = new HashMap<>();
    private final Map<Integer, MemorySegment> texts = new HashMap<>();
    private volatile int powerMilliwatts = 100_000;
    private volatile int powerLimitMilliwatts = 700_000;
    private volatile boolean mig;
    private int initialised;
    private volatile @Nullable Throwable internalError;

    /** @param absentFunctions that the library does not have, as old ones */
    public VirtualNvml(List<VirtualDevice> devices, Set<String> absentFunctions) {
        this.devices = List.copyOf(devices);
        functions = new UpcallTable(absentFunctions);
        functions.add(this, this::dispatch, arena);
    }

    /** Where the functions are found. The pointers must not be used after {@link #close}. */
    public SymbolLookup symbols() {
        return functions;
    }

    /** Lets the device have consumed more. */
    public void consume(long millijoules) {
        energyMillijoules.addAndGet(millijoules);
    }

    public void setPowerMilliwatts(int milliwatts) {
        powerMilliwatts = milliwatts;
    }

    public void setPowerLimitMilliwatts(int milliwatts) {
        powerLimitMilliwatts = milliwatts;
    }

    /** Whether the devices are divided, so that their energy is nobody's. */
    public void setMig(boolean enabled) {
        mig = enabled;
    }

    /** Lets a function answer with an error from now on, or with {@link #SUCCESS} do again what it should. */
    public synchronized void setResult(String function, int result) {
        results.put(function, result);
    }

    /** How often it was initialised without being shut down again. */
    public synchronized int initialisations() {
        return initialised;
    }

    private synchronized Object dispatch(NativeFunction function, MethodHandle method, Object[] arguments) {
        int planned = results.getOrDefault(function.value(), SUCCESS);
        boolean answersText = method.type().returnType() == MemorySegment.class;
        if (planned != SUCCESS && !answersText) {
            return planned;
        }
        try {
            return method.invoke(arguments);
        } catch (Throwable e) {
            internalError = e;
            return answersText ? MemorySegment.NULL : (Object) ERROR_UNKNOWN;
        }
    }

    @NativeFunction("nvmlInit_v2")
    int init() {
        initialised++;
        return SUCCESS;
    }

    @NativeFunction("nvmlShutdown")
    int shutdown() {
        return initialised-- > 0 ? SUCCESS : ERROR_UNINITIALIZED;
    }

    @NativeFunction("nvmlErrorString")
    MemorySegment errorString(int result) {
        return texts.computeIfAbsent(result, key -> arena.allocateFrom(TEXTS.getOrDefault(key, "Unknown Error")));
    }

    /** UUIDs are written as {@code GPU-} and the usual form. */
    @NativeFunction("nvmlDeviceGetHandleByUUID")
    int deviceGetHandleByUuid(MemorySegment uuid, MemorySegment handle) {
        if (initialised == 0) {
            return ERROR_UNINITIALIZED;
        }
        String wanted = HostMemory.text(uuid);
        for (int i = 0; i < devices.size(); i++) {
            if (wanted.equals("GPU-" + devices.get(i).uuid())) {
                HostMemory.setLong(handle, i + 1L);
                return SUCCESS;
            }
        }
        return ERROR_NOT_FOUND;
    }

    @NativeFunction("nvmlDeviceGetTotalEnergyConsumption")
    int deviceGetTotalEnergyConsumption(long device, MemorySegment millijoules) {
        int checked = check(device);
        if (checked == SUCCESS) {
            HostMemory.setLong(millijoules, energyMillijoules.get());
        }
        return checked;
    }

    @NativeFunction("nvmlDeviceGetPowerUsage")
    int deviceGetPowerUsage(long device, MemorySegment milliwatts) {
        return setInt(device, milliwatts, powerMilliwatts);
    }

    @NativeFunction("nvmlDeviceGetEnforcedPowerLimit")
    int deviceGetEnforcedPowerLimit(long device, MemorySegment milliwatts) {
        return setInt(device, milliwatts, powerLimitMilliwatts);
    }

    @NativeFunction("nvmlDeviceGetMigMode")
    int deviceGetMigMode(long device, MemorySegment current, MemorySegment pending) {
        setInt(device, pending, mig ? 1 : 0);
        return setInt(device, current, mig ? 1 : 0);
    }

    @NativeFunction("nvmlDeviceGetName")
    int deviceGetName(long device, MemorySegment name, int room) {
        int checked = check(device);
        if (checked == SUCCESS) {
            HostMemory.setText(name, devices.get((int) device - 1).name(), room);
        }
        return checked;
    }

    private int setInt(long device, MemorySegment target, int value) {
        int checked = check(device);
        if (checked == SUCCESS) {
            HostMemory.setInt(target, value);
        }
        return checked;
    }

    private int check(long device) {
        if (initialised == 0) {
            return ERROR_UNINITIALIZED;
        }
        return device >= 1 && device <= devices.size() ? SUCCESS : ERROR_INVALID_ARGUMENT;
    }

    @Override
    public void close() {
        arena.close();
        Throwable error = internalError;
        if (error != null) {
            throw new AssertionError("The virtual NVML itself failed", error);
        }
    }
}
