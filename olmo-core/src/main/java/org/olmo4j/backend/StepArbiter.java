package org.olmo4j.backend;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Whose turn it is on a device: the models that share one run their steps in turn, in order of arrival, and never at the same time. One for
 * each device, held by its backend. Thread-safe.
 */
public final class StepArbiter {

    private final ReentrantLock turn = new ReentrantLock(true);

    /** Makes the arbiter of a device. */
    public StepArbiter() {}

    /** Waits for the calling thread's turn. */
    public void acquire() {
        turn.lock();
    }

    /** Ends the turn that the calling thread has. */
    public void release() {
        turn.unlock();
    }

    /**
     * Whether another model has the device or waits for it, so that the next step had better be short.
     *
     * @return true if so, at this moment
     */
    public boolean contended() {
        return turn.hasQueuedThreads() || (turn.isLocked() && !turn.isHeldByCurrentThread());
    }

    /**
     * How many models wait for their turn.
     *
     * @return about as many, at this moment
     */
    public int waiting() {
        return turn.getQueueLength();
    }
}
