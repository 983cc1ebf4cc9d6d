package org.olmo4j.engine;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The caller's handle: a queue of events, no longer than the request's tokens. A {@link ReentrantLock}, since a virtual thread that waits
 * for one gives its carrier back.
 */
final class QueuedGeneration implements Generation {

    private final String id;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<GenerationEvent> events = new ArrayDeque<>();
    private @Nullable GenerationResult taken;
    private volatile boolean cancelled;

    QueuedGeneration(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public GenerationEvent next() throws InterruptedException {
        GenerationEvent event = take();
        if (event == null) {
            throw new IllegalStateException("The end of generation " + id + " was taken already");
        }
        return event;
    }

    /** The next event, waiting for it; null once the end was taken. */
    private @Nullable GenerationEvent take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (events.isEmpty()) {
                if (taken != null) {
                    return null;
                }
                changed.await();
            }
            GenerationEvent event = events.remove();
            if (event instanceof GenerationEvent.Ended ended) {
                taken = ended.result();
                changed.signalAll();
            }
            return event;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public GenerationResult forEach(Consumer<GenerationEvent> consumer) throws InterruptedException {
        boolean complete = false;
        try {
            while (true) {
                GenerationEvent event = next();
                if (event instanceof GenerationEvent.Ended ended) {
                    complete = true;
                    return ended.result();
                }
                consumer.accept(event);
            }
        } finally {
            if (!complete) {
                cancel();
            }
        }
    }

    @Override
    public GenerationResult await() throws InterruptedException {
        try {
            while (take() != null) {
                // Events are not what this caller wants.
            }
        } catch (InterruptedException interruption) {
            cancel();
            throw interruption;
        }
        GenerationResult result = Objects.requireNonNull(taken());
        if (result.error() != null) {
            throw result.error();
        }
        return result;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    boolean cancelled() {
        return cancelled;
    }

    /** Hands an event to the caller. */
    void offer(GenerationEvent event) {
        lock.lock();
        try {
            events.add(event);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable GenerationResult taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }
}
