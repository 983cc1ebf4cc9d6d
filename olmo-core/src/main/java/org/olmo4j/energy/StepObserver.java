package org.olmo4j.energy;

import java.util.List;

/**
 * Told about every step. Called on the engine's thread, by one thread at a time: it must return at once and throw nothing.
 */
@FunctionalInterface
public interface StepObserver {

    /** Nobody listens. */
    StepObserver NONE = step -> {};

    /**
     * A step is about to run. A meter may be read while it runs, and what was counted until then is shared out by this plan.
     *
     * @param startNanos now, by {@link System#nanoTime}; the device is this model's from here on
     * @param work what it is going to do; an immutable list is best handed on in the record, since it is then recognized
     */
    default void begins(long startNanos, List<StepRecord.Work> work) {}

    /**
     * A step ran, failed or was given up: its energy is spent either way. Told before a generation that it completes ends.
     *
     * @param step what it did
     */
    void ran(StepRecord step);
}
