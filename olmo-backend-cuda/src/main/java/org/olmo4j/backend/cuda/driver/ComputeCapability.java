package org.olmo4j.backend.cuda.driver;

import java.util.Comparator;

/**
 * What a GPU can do, as NVIDIA counts it.
 *
 * @param major the generation, such as 9 for Hopper
 * @param minor the variant in it, 0 to 9
 */
public record ComputeCapability(int major, int minor) implements Comparable<ComputeCapability> {

    private static final Comparator<ComputeCapability> ORDER =
            Comparator.comparingInt(ComputeCapability::major).thenComparingInt(ComputeCapability::minor);

    /**
     * The capability of a GPU.
     *
     * @param driver that was started
     * @param device handle of the GPU
     * @return what the driver says
     */
    public static ComputeCapability of(CudaDriver driver, int device) {
        return new ComputeCapability(
                driver.deviceGetAttribute(DeviceAttribute.COMPUTE_CAPABILITY_MAJOR, device),
                driver.deviceGetAttribute(DeviceAttribute.COMPUTE_CAPABILITY_MINOR, device));
    }

    @Override
    public int compareTo(ComputeCapability other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
