package org.olmo4j.energy;

/** Told about every step that was run. Called on the engine's thread: it must return at once and throw nothing. */
@FunctionalInterface
public interface StepObserver {

    /** Nobody listens. */
    StepObserver NONE = step -> {};

    /**
     * A step ran.
     *
     * @param step what it did
     */
    void ran(StepRecord step);
}
