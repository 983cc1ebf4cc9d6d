package org.olmo4j.backend.cuda;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.StepArbiter;
import org.olmo4j.backend.cuda.driver.ComputeCapability;
import org.olmo4j.backend.cuda.driver.CudaDriver;
import org.olmo4j.backend.cuda.driver.DeviceContext;
import org.olmo4j.backend.cuda.kernel.Ptx;

/** A GPU that can be used. Its context is there while a model has it; its models take turns. Thread-safe. */
final class CudaDevice {

    private final CudaDriver driver;
    private final int ordinal;
    private final int handle;
    private final Description description;
    private final StepArbiter arbiter = new StepArbiter();
    private @Nullable DeviceContext context;
    private int users;

    /**
     * What a GPU is.
     *
     * @param name such as NVIDIA H200
     * @param uuid as nvidia-smi prints it
     * @param capability its generation
     * @param memoryBytes all its memory
     */
    record Description(String name, String uuid, ComputeCapability capability, long memoryBytes) {

        static Description of(CudaDriver driver, int handle) {
            return new Description(
                    driver.deviceGetName(handle),
                    driver.deviceGetUuid(handle),
                    ComputeCapability.of(driver, handle),
                    driver.deviceTotalMem(handle));
        }

        @Override
        public String toString() {
            return "%s (%s, compute capability %s, %.1f GiB)"
                    .formatted(name, uuid, capability, memoryBytes / (double) (1L << 30));
        }
    }

    CudaDevice(CudaDriver driver, int ordinal, int handle, Description description) {
        this.driver = driver;
        this.ordinal = ordinal;
        this.handle = handle;
        this.description = description;
    }

    Description description() {
        return description;
    }

    /** Whether an option means this GPU: by its number or its UUID. */
    boolean isCalled(String id) {
        return id.equals(Integer.toString(ordinal)) || id.equalsIgnoreCase(description.uuid());
    }

    StepArbiter arbiter() {
        return arbiter;
    }

    Ptx ptx() {
        return Optional.of(description.capability()).flatMap(Ptx::of).orElseThrow();
    }

    /** Takes part in the GPU's context, until {@link #release()}. */
    synchronized void retain() {
        if (context == null) {
            context = DeviceContext.open(driver, handle);
        }
        users++;
    }

    /** The context, for whoever has retained it. */
    synchronized DeviceContext context() {
        if (context == null) {
            throw new IllegalStateException("The context of " + description + " was not retained");
        }
        return context;
    }

    /** Gives the context up; the last to do so closes it. */
    synchronized void release() {
        users--;
        if (users == 0 && context != null) {
            DeviceContext last = context;
            context = null;
            last.close();
        }
    }
}
