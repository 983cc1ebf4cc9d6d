package org.olmo4j.backend;

import org.olmo4j.checkpoint.Checkpoint;

/**
 * A kind of device that can run models; found by {@link java.util.ServiceLoader}. Implementations have a public no-argument constructor
 * that is quick and never throws, and are thread-safe.
 */
public interface BackendProvider {

    /**
     * Short name for options, logs and metrics.
     *
     * @return such as {@code cpu} or {@code cuda}
     */
    String name();

    /**
     * Where this provider stands among those chosen by {@code auto}: the available one with the highest value is taken.
     *
     * @return 0 for the CPU, more for faster devices
     */
    int priority();

    /**
     * What can be used here and now. Never throws; a device that cannot be used is a reason, not an exception. So is one that has failed
     * for good in this process ({@link org.olmo4j.error.DeviceFailedException#sticky()}).
     *
     * @return the devices, or every reason why there is none
     */
    Availability availability();

    /**
     * Makes a checkpoint ready to run. The checkpoint stays open as long as the model. Whether there is memory for it is looked at first: a
     * model that does not fit is refused before it takes any.
     *
     * @param checkpoint the weights
     * @param options how to hold them
     * @param progress told about progress, from any thread
     * @return the model
     * @throws org.olmo4j.error.BackendUnavailableException if the device cannot run it
     * @throws org.olmo4j.error.InsufficientMemoryException if the device, or the machine, has no memory for it
     * @throws org.olmo4j.error.DeviceFailedException if the device failed on the way
     */
    LoadedModel load(Checkpoint checkpoint, LoadOptions options, LoadProgress progress);
}
