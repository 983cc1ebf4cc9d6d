package org.olmo4j.backend.cuda.virtual.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.olmo4j.backend.cuda.virtual.machine.Checks;
import org.olmo4j.backend.cuda.virtual.machine.Machine;

/** The functions of {@code libcuda}. They may be called by any thread, and run one at a time. */
public final class VirtualDriver implements AutoCloseable {

    private static final int KEPT_EXPLANATIONS = 100;

    private final Arena arena = Arena.ofShared();
    private final ReentrantLock lock = new ReentrantLock();
    private final Machine machine;
    private final DriverState state;
    private final UpcallTable functions;
    private final List<String> explanations = new ArrayList<>();
    private final List<Throwable> internalErrors = new ArrayList<>();

    /**
     * @param driverVersion as {@code cuDriverGetVersion} gives it, 12020 for CUDA 12.2
     * @param threads of the JVM that run kernels
     * @param absentFunctions that the library does not have, as old ones
     */
    public VirtualDriver(
            List<VirtualDevice> devices, int driverVersion, Checks checks, int threads, Set<String> absentFunctions) {
        machine = new Machine(threads);
        state = new DriverState(List.copyOf(devices), driverVersion, checks, machine);
        functions = new UpcallTable(absentFunctions);
        for (Object group : List.of(
                new DeviceFunctions(state, arena),
                new MemoryFunctions(state),
                new StreamFunctions(state),
                new ModuleFunctions(state),
                new LaunchFunctions(state))) {
            functions.add(group, this::dispatch, arena);
        }
    }

    /** Where the functions are found. The pointers must not be used after {@link #close}. */
    public SymbolLookup symbols() {
        return functions;
    }

    private Object dispatch(NativeFunction function, MethodHandle method, Object[] arguments) {
        lock.lock();
        try {
            return call(function, method, arguments).code();
        } catch (PlannedResult planned) {
            return planned.code;
        } finally {
            lock.unlock();
        }
    }

    /** A result that the test asked for, which need not be one that we know. */
    private static final class PlannedResult extends Exception {
        private final int code;

        PlannedResult(int code) {
            this.code = code;
        }
    }

    private CudaResult call(NativeFunction function, MethodHandle method, Object[] arguments) throws PlannedResult {
        state.tally().call(function.value());
        Optional<Integer> planned = state.plannedFaults().ofCall(function.value());
        if (planned.isPresent()) {
            explain(function, "the test has planned that it fails with " + planned.get());
            throw new PlannedResult(planned.get());
        }
        CudaResult failed = state.stickyResult();
        if (failed != null && !function.evenAfterFailure()) {
            return failed;
        }
        try {
            if (function.needsContext()) {
                state.current();
            }
            if (function.breaksCapture() && state.breakCaptures(Thread.currentThread())) {
                throw new DriverFailure(
                        CudaResult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "must not be called during a capture");
            }
            method.invoke(arguments);
            return CudaResult.CUDA_SUCCESS;
        } catch (DriverFailure e) {
            explain(function, e.result() + ": " + e.getMessage());
            return e.result();
        } catch (Throwable e) {
            internalErrors.add(e);
            explain(function, e.toString());
            return CudaResult.CUDA_ERROR_UNKNOWN;
        }
    }

    private void explain(NativeFunction function, String text) {
        explanations.add(function.value() + ": " + text);
        if (explanations.size() > KEPT_EXPLANATIONS) {
            explanations.removeFirst();
        }
    }

    /** Why calls have failed: the newest last. */
    public List<String> explanations() {
        return locked(() -> List.copyOf(explanations));
    }

    /** What a kernel or other work has done wrong, so that all calls fail since; empty if nothing has. */
    public Optional<String> failure() {
        return locked(() -> state.hasFailed() ? Optional.of(state.stickyText()) : Optional.<String>empty());
    }

    /** Exceptions within the virtual driver itself. */
    public List<Throwable> internalErrors() {
        return locked(() -> List.copyOf(internalErrors));
    }

    public Counters counters() {
        return locked(() -> state.tally().counters(machine.laneInstructions()));
    }

    /**
     * Makes a call fail.
     *
     * @param function by its name in the library
     * @param after how many calls, from now on, still do what they should
     * @param result which error it gives
     */
    public void failCall(String function, long after, int result) {
        locked(() -> {
            state.plannedFaults().failCall(function, after, result);
            return true;
        });
    }

    /** Makes a launch of a kernel fail when it runs, after so many that do not. */
    public void failLaunch(String kernel, long after, CudaResult result) {
        locked(() -> {
            state.plannedFaults().failLaunch(kernel, after, result);
            return true;
        });
    }

    /** What was not given back: one line each. */
    public List<String> leaks() {
        return locked(() -> {
            List<String> leaks = new ArrayList<>();
            for (Context context : state.contexts()) {
                String device = " of " + context.device().name();
                context.memory().liveAllocations().stream()
                        .filter(allocation -> allocation.name().startsWith("allocation"))
                        .forEach(allocation -> leaks.add("device memory" + device + ": " + allocation));
                if (context.retained() > 0) {
                    leaks.add("primary context" + device + ": retained " + context.retained() + " times");
                }
            }
            state.pinned().forEach(memory -> leaks.add("pinned memory: " + memory.bytes() + " bytes"));
            for (Handles<?> handles :
                    List.of(state.streams, state.events, state.modules, state.graphs, state.executableGraphs)) {
                if (handles.count() > 0) {
                    leaks.add(handles.count() + " x " + handles.kind());
                }
            }
            return leaks;
        });
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        locked(() -> {
            machine.close();
            state.contexts().forEach(context -> context.memory().close());
            state.pinned().forEach(PinnedMemory::free);
            arena.close();
            return true;
        });
    }
}
