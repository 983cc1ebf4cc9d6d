package org.olmo4j.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Hands sequences from callers to the engine thread, in the order of their arrival. Thread-safe. */
final class Inbox {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private List<Sequence> arrived = new ArrayList<>();
    private boolean closed;

    /**
     * Adds sequences, all or none.
     *
     * @return false if the inbox is closed: nobody will take them
     */
    boolean offer(List<Sequence> sequences) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            arrived.addAll(sequences);
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes what has arrived, possibly nothing. */
    List<Sequence> take() {
        lock.lock();
        try {
            List<Sequence> taken = arrived;
            arrived = new ArrayList<>();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something arrives or the inbox is closed. */
    void await() {
        lock.lock();
        try {
            while (arrived.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets nothing in any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
