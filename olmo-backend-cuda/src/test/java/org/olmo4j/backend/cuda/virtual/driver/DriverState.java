package org.olmo4j.backend.cuda.virtual.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.Checks;
import org.olmo4j.backend.cuda.virtual.machine.KernelFault;
import org.olmo4j.backend.cuda.virtual.machine.Machine;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;

/** Everything that the functions of the driver share. Guarded by the driver's lock. */
final class DriverState {

    private final List<VirtualDevice> devices;
    private final int driverVersion;
    private final Checks checks;
    private final Machine machine;
    private final List<Context> contexts = new ArrayList<>();

    @SuppressWarnings("ThreadLocalUsage") // Each driver has its own.
    private final ThreadLocal<@Nullable Context> current = new ThreadLocal<>();

    private final List<Capture> captures = new ArrayList<>();
    private final TreeMap<Long, PinnedMemory> pinned = new TreeMap<>();
    private final Tally tally = new Tally();
    private final PlannedFaults plannedFaults = new PlannedFaults();

    final Handles<Context> contextHandles = new Handles<>("context", 1);
    final Handles<Stream> streams = new Handles<>("stream", 2);
    final Handles<Event> events = new Handles<>("event", 3);
    final Handles<ModuleOnDevice> modules = new Handles<>("module", 4);
    final Handles<KernelOnDevice> kernels = new Handles<>("kernel", 5);
    final Handles<List<Work>> graphs = new Handles<>("graph", 6);
    final Handles<List<Work>> executableGraphs = new Handles<>("executable graph", 7);

    private boolean initialised;
    private @Nullable CudaResult stickyResult;
    private String stickyText = "";

    DriverState(List<VirtualDevice> devices, int driverVersion, Checks checks, Machine machine) {
        this.devices = devices;
        this.driverVersion = driverVersion;
        this.checks = checks;
        this.machine = machine;
        for (int i = 0; i < devices.size(); i++) {
            Context context = new Context(devices.get(i), i);
            contexts.add(context);
            contextHandles.add(context);
        }
    }

    List<VirtualDevice> devices() {
        return devices;
    }

    List<Context> contexts() {
        return contexts;
    }

    int driverVersion() {
        return driverVersion;
    }

    Checks checks() {
        return checks;
    }

    Machine machine() {
        return machine;
    }

    Tally tally() {
        return tally;
    }

    PlannedFaults plannedFaults() {
        return plannedFaults;
    }

    void initialise() {
        initialised = true;
    }

    boolean isInitialised() {
        return initialised;
    }

    Context contextOfDevice(int device) {
        if (device < 0 || device >= contexts.size()) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_INVALID_DEVICE, "there is no device " + device + " of " + contexts.size());
        }
        return contexts.get(device);
    }

    void setCurrent(@Nullable Context context) {
        current.set(context);
    }

    @Nullable
    Context currentOrNull() {
        Context context = current.get();
        return context == null || context.retained() == 0 ? null : context;
    }

    Context current() {
        Context context = currentOrNull();
        if (context == null) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_INVALID_CONTEXT,
                    "thread " + Thread.currentThread().getName() + " has no current context");
        }
        return context;
    }

    /** The stream of a handle; 0 and 1 mean the default stream. */
    Stream stream(long handle) {
        return handle == 0 || handle == 1 ? current().defaultStream() : streams.get(handle);
    }

    /** Queues work, or adds it to the graph that the stream is captured for. */
    void enqueue(Stream stream, Work work) {
        Capture capture = stream.capture();
        if (capture == null && stream.isBlocking()) {
            orderWithDefaultStream(stream);
        }
        stream.add(work);
    }

    /** The default stream and those that are not created as non-blocking wait for each other. */
    private static void orderWithDefaultStream(Stream stream) {
        Context context = stream.context();
        for (Stream other : context.streams()) {
            boolean ordered = other != stream
                    && other.isBlocking()
                    && (stream == context.defaultStream() || other == context.defaultStream());
            if (ordered && !other.isIdle() && other.capture() == null) {
                Marker marker = new Marker(other);
                other.add(marker);
                stream.add(marker::await);
            }
        }
    }

    void beginCapture(Capture capture) {
        captures.add(capture);
    }

    void endCapture(Capture capture) {
        captures.remove(capture);
    }

    /** Makes captures invalid that a call hurts; returns whether there were any. */
    boolean breakCaptures(Thread caller) {
        boolean broken = false;
        for (Capture capture : captures) {
            if (capture.forbids(caller)) {
                capture.invalidate();
                broken = true;
            }
        }
        return broken;
    }

    /** Does what is queued, and fails if that has failed. */
    void finish(Runnable work) {
        work.run();
        CudaResult failed = stickyResult;
        if (failed != null) {
            throw new DriverFailure(failed, stickyText);
        }
    }

    boolean hasFailed() {
        return stickyResult != null;
    }

    @Nullable
    CudaResult stickyResult() {
        return stickyResult;
    }

    String stickyText() {
        return stickyText;
    }

    /** From now on every call fails. */
    void fail(CudaResult result, String text) {
        if (stickyResult == null) {
            stickyResult = result;
            stickyText = text;
        }
    }

    void fail(KernelFault fault) {
        fail(
                switch (fault.kind()) {
                    case OUT_OF_BOUNDS -> CudaResult.CUDA_ERROR_ILLEGAL_ADDRESS;
                    case MISALIGNED -> CudaResult.CUDA_ERROR_MISALIGNED_ADDRESS;
                    case ENDLESS -> CudaResult.CUDA_ERROR_LAUNCH_TIMEOUT;
                    case ILLEGAL_INSTRUCTION -> CudaResult.CUDA_ERROR_ILLEGAL_INSTRUCTION;
                    case TRAP, BARRIER, RACE, UNWRITTEN_MEMORY, UNWRITTEN_REGISTER ->
                        CudaResult.CUDA_ERROR_LAUNCH_FAILED;
                },
                fault.getMessage());
    }

    void addPinned(PinnedMemory memory) {
        pinned.put(memory.address(), memory);
        contexts.forEach(context -> context.memory().addHostMemory("pinned memory", memory.segment()));
    }

    Optional<PinnedMemory> removePinned(long address) {
        PinnedMemory memory = pinned.remove(address);
        if (memory != null) {
            contexts.forEach(context -> context.memory().removeHostMemory(address));
        }
        return Optional.ofNullable(memory);
    }

    Iterable<PinnedMemory> pinned() {
        return pinned.values();
    }

    /** The pinned memory that holds an address of the host, if any does. */
    Optional<PinnedMemory> pinnedAt(long address) {
        var entry = pinned.floorEntry(address);
        return entry == null || address - entry.getKey() >= entry.getValue().bytes()
                ? Optional.empty()
                : Optional.of(entry.getValue());
    }

    /** Where a range of device memory lies. */
    DeviceRange range(long address, long bytes) {
        for (Context context : contexts) {
            Allocation found = context.memory().find(address);
            if (found != null) {
                if (!found.contains(address - found.base(), bytes)) {
                    throw new DriverFailure(
                            CudaResult.CUDA_ERROR_INVALID_VALUE,
                            "%d bytes at 0x%x are more than there are: %s"
                                    .formatted(bytes, address, context.memory().describe(address)));
                }
                return new DeviceRange(found, address - found.base(), bytes);
            }
        }
        throw new DriverFailure(
                CudaResult.CUDA_ERROR_INVALID_VALUE,
                "0x%x is no device memory: %s"
                        .formatted(
                                address,
                                contexts.isEmpty()
                                        ? "no device"
                                        : contexts.getFirst().memory().describe(address)));
    }
}
