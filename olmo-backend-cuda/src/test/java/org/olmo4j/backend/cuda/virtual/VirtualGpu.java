package org.olmo4j.backend.cuda.virtual;

import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.driver.Counters;
import org.olmo4j.backend.cuda.virtual.driver.CudaResult;
import org.olmo4j.backend.cuda.virtual.driver.VirtualDevice;
import org.olmo4j.backend.cuda.virtual.driver.VirtualDriver;
import org.olmo4j.backend.cuda.virtual.driver.VirtualNvml;
import org.olmo4j.backend.cuda.virtual.machine.Checks;

/**
 * A machine with GPUs, or without any, for tests. See the package for what it watches.
 *
 * <p>Its end is an assertion: {@link #close} fails if a kernel did something wrong that the test has not looked at by {@link #failure}, or if something was
 * not given back, or if the virtual GPU itself failed. In try-with-resources that text joins the test's own failure.
 */
public final class VirtualGpu implements AutoCloseable {

    private final List<VirtualDevice> devices;
    private final VirtualDriver driver;
    private final @Nullable VirtualNvml nvml;
    private final boolean leaksAllowed;
    private boolean failureSeen;

    private VirtualGpu(Builder builder) {
        devices = builder.devices();
        driver = new VirtualDriver(
                devices, builder.driverVersion, builder.checks, builder.threads, builder.absentFunctions);
        nvml = builder.withNvml ? new VirtualNvml(devices, builder.absentFunctions) : null;
        leaksAllowed = builder.leaksAllowed;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The functions of {@code libcuda}. */
    public SymbolLookup symbols() {
        return driver.symbols();
    }

    /** The functions of {@code libnvidia-ml}. */
    public SymbolLookup nvmlSymbols() {
        return nvml().symbols();
    }

    /** What NVML tells, to be set by the test. */
    public VirtualNvml nvml() {
        if (nvml == null) {
            throw new IllegalStateException("This virtual machine was built without NVML");
        }
        return nvml;
    }

    public List<VirtualDevice> devices() {
        return devices;
    }

    public Counters counters() {
        return driver.counters();
    }

    /** What a kernel has done wrong, in full; empty if none has. Once asked, {@link #close} does not fail for it. */
    public Optional<String> failure() {
        failureSeen = true;
        return driver.failure();
    }

    /** Why calls of the driver have not succeeded, one line each, the newest last. */
    public List<String> explanations() {
        return driver.explanations();
    }

    /** What was not given back so far. */
    public List<String> leaks() {
        return driver.leaks();
    }

    /**
     * Makes the next call of a function fail.
     *
     * @param function by its name in the library, {@code cuMemAlloc_v2}
     */
    public void failNextCall(String function, CudaResult result) {
        driver.failCall(function, 0, result.code());
    }

    /** Makes a call of a function fail, after so many that do not. */
    public void failCallAfter(long calls, String function, CudaResult result) {
        driver.failCall(function, calls, result.code());
    }

    /** Makes the next launch of a kernel fail when it runs, for good. */
    public void failNextLaunch(String kernel, CudaResult result) {
        driver.failLaunch(kernel, 0, result);
    }

    /** Makes a launch of a kernel fail when it runs, after so many that do not. */
    public void failLaunchAfter(long launches, String kernel, CudaResult result) {
        driver.failLaunch(kernel, launches, result);
    }

    @Override
    public void close() {
        List<String> problems = new ArrayList<>();
        if (!failureSeen) {
            driver.failure().ifPresent(text -> problems.add("A kernel failed: " + text));
        }
        // After a failure nothing can be given back any more.
        if (!leaksAllowed && driver.failure().isEmpty()) {
            driver.leaks().forEach(leak -> problems.add("Not given back: " + leak));
        }
        List<Throwable> internalErrors = driver.internalErrors();
        driver.close();
        if (nvml != null) {
            nvml.close();
        }
        internalErrors.forEach(error -> problems.add("The virtual GPU itself failed: " + error));
        if (!problems.isEmpty()) {
            AssertionError failure = new AssertionError(String.join(System.lineSeparator(), problems));
            internalErrors.forEach(failure::addSuppressed);
            throw failure;
        }
    }

    /** What the machine is like. Without being told otherwise: one device of compute capability 8.0 with 256 MiB, and a driver for CUDA 13.0. */
    public static final class Builder {

        private final List<VirtualDevice> otherDevices = new ArrayList<>();
        private final Map<Integer, Integer> attributes = new HashMap<>();
        private final Set<String> absentFunctions = new HashSet<>();
        private boolean anyDevice = true;
        private String name = "Virtual GPU";
        private @Nullable UUID uuid;
        private int computeCapabilityMajor = 8;
        private int computeCapabilityMinor;
        private long memoryBytes = 256L << 20;
        private int multiprocessors = 4;
        private int driverVersion = 13000;
        private Checks checks = Checks.all();
        private int threads = Math.min(4, Runtime.getRuntime().availableProcessors());
        private boolean withNvml = true;
        private boolean leaksAllowed;

        private Builder() {}

        public Builder name(String name) {
            this.name = name;
            return this;
        }

        public Builder uuid(UUID uuid) {
            this.uuid = uuid;
            return this;
        }

        public Builder computeCapability(int major, int minor) {
            computeCapabilityMajor = major;
            computeCapabilityMinor = minor;
            return this;
        }

        public Builder memoryBytes(long bytes) {
            memoryBytes = bytes;
            return this;
        }

        public Builder multiprocessors(int count) {
            multiprocessors = count;
            return this;
        }

        /**
         * Sets an attribute.
         *
         * @param attribute the number of a {@code CUdevice_attribute} */
        public Builder attribute(int attribute, int value) {
            attributes.put(attribute, value);
            return this;
        }

        /** Takes the device as described so far, and lets the next calls describe another one. */
        public Builder andDevice() {
            otherDevices.add(device(otherDevices.size()));
            uuid = null;
            attributes.clear();
            return this;
        }

        /** A driver, but nothing it could drive. */
        public Builder withoutDevice() {
            anyDevice = false;
            return this;
        }

        /**
         * Sets the version of the driver.
         *
         * @param version as {@code cuDriverGetVersion} gives it: 12020 for CUDA 12.2 */
        public Builder driverVersion(int version) {
            driverVersion = version;
            return this;
        }

        /** Functions that the driver or NVML does not have. */
        public Builder withoutFunctions(String... names) {
            absentFunctions.addAll(List.of(names));
            return this;
        }

        public Builder withoutNvml() {
            withNvml = false;
            return this;
        }

        /** Watches other things than {@link Checks#all()}. */
        public Builder checks(UnaryOperator<Checks> change) {
            checks = change.apply(checks);
            return this;
        }

        /** How many threads of the JVM run blocks; with one, everything always happens in the same order. */
        public Builder threads(int count) {
            threads = count;
            return this;
        }

        /** Does not ask for everything to be given back. */
        public Builder allowingLeaks() {
            leaksAllowed = true;
            return this;
        }

        public VirtualGpu build() {
            return new VirtualGpu(this);
        }

        private List<VirtualDevice> devices() {
            List<VirtualDevice> all = new ArrayList<>(otherDevices);
            if (anyDevice) {
                all.add(device(all.size()));
            }
            return List.copyOf(all);
        }

        private VirtualDevice device(int index) {
            UUID id = uuid != null
                    ? uuid
                    : UUID.nameUUIDFromBytes(("virtual GPU " + index).getBytes(StandardCharsets.UTF_8));
            return new VirtualDevice(
                    name, id, computeCapabilityMajor, computeCapabilityMinor, memoryBytes, multiprocessors, attributes);
        }
    }
}
