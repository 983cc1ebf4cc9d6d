package org.olmo4j.backend;

/** A submitted step. */
public interface StepHandle {

    /**
     * Waits for the step.
     *
     * @return what it gave
     * @throws org.olmo4j.error.DeviceFailedException if the device failed; no row of the step has advanced
     */
    StepResult await();
}
