package org.olmo4j.spring.host;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.EngineBusyException;

/**
 * The requests of a model, from before their first engine knows them until their ends are told, between two attempts too. Drained, it takes no new ones.
 * Thread-safe.
 */
final class InFlight {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition empty = lock.newCondition();
    private final Map<String, RelayedRequest> requests = new HashMap<>();
    private boolean draining;

    /**
     * Takes new requests, all or none.
     *
     * @throws EngineBusyException if it is drained
     */
    void add(List<RelayedRequest> asked) {
        lock.lock();
        try {
            requireOpen();
            asked.forEach(request -> requests.put(request.id(), request));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Looks whether new requests are taken.
     *
     * @throws EngineBusyException if it is drained
     */
    void requireOpen() {
        if (draining()) {
            throw new EngineBusyException(
                    "The model is drained and admits nothing",
                    "Send it to another instance, or later",
                    BackendOrder.SOON);
        }
    }

    @Nullable
    RelayedRequest get(String id) {
        lock.lock();
        try {
            return requests.get(id);
        } finally {
            lock.unlock();
        }
    }

    void remove(RelayedRequest request) {
        lock.lock();
        try {
            requests.remove(request.id(), request);
            if (requests.isEmpty()) {
                empty.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean draining() {
        lock.lock();
        try {
            return draining;
        } finally {
            lock.unlock();
        }
    }

    /** Those that no engine has at present. */
    int betweenAttempts() {
        lock.lock();
        try {
            return Math.toIntExact(requests.values().stream()
                    .filter(RelayedRequest::isBetweenAttempts)
                    .count());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes no new ones, and waits for the ends of all there are.
     *
     * @return false if the time was not enough
     */
    boolean drain(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            draining = true;
            long left = TimeUnit.NANOSECONDS.convert(timeout);
            while (!requests.isEmpty()) {
                if (left <= 0) {
                    return false;
                }
                left = empty.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    void resume() {
        lock.lock();
        try {
            draining = false;
        } finally {
            lock.unlock();
        }
    }
}
