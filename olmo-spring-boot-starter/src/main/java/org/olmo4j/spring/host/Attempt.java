package org.olmo4j.spring.host;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.error.DeviceFailedException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.error.OlmoException;

/**
 * One try of a request on one backend. It has a permission of the device's breaker, which is given back once, whatever happens and whoever hears of it
 * first. Thread-safe.
 */
final class Attempt {

    private final RunningModel running;
    private final Thread submitter = Thread.currentThread();
    private final AtomicBoolean decided = new AtomicBoolean();
    private final AtomicBoolean accounted = new AtomicBoolean();
    private volatile @Nullable Generation handle;
    private volatile boolean movesOn;
    private volatile boolean again;
    private volatile @Nullable OlmoException failure;
    private volatile @Nullable CompletableFuture<GenerationResult> shown;

    /**
     * Begins an attempt that the calling thread is about to submit.
     *
     * @param running where, with a permission taken
     */
    Attempt(RunningModel running) {
        this.running = running;
    }

    RunningModel running() {
        return running;
    }

    /** What its engine has given; null until it has admitted it. */
    @Nullable
    Generation handle() {
        return handle;
    }

    void admitted(Generation given) {
        handle = given;
    }

    /** Whether the calling thread is about to submit it, so that its end is a refusal. */
    boolean isBeingSubmitted() {
        return submitter == Thread.currentThread() && handle == null;
    }

    /** Whether what follows from its end is not decided yet, and the caller's to decide. */
    boolean decide() {
        return decided.compareAndSet(false, true);
    }

    /** Whether a refusal is only that the engine was closed in between, so that another one is to be asked. Nobody is told of it then. */
    boolean movesOn(RuntimeException refusal) {
        if (!movesOn && refusal instanceof EngineClosedException closed) {
            if (running.engine().status().failure() != null && accounted.compareAndSet(false, true)) {
                running.owner().failed(running, closed, true);
            }
            movesOn = !running.owner().inService(running);
        }
        return movesOn;
    }

    /** Gives back its permission: how it went says nothing about the device. */
    void release() {
        if (accounted.compareAndSet(false, true)) {
            running.release();
        }
    }

    /** Tells the breaker how it went, and keeps the device's failure if that is to blame. */
    void account(GenerationResult result) {
        OlmoException error = result.error();
        boolean dead = running.engine().status().failure() != null;
        if (error instanceof DeviceFailedException || (dead && error instanceof GenerationFailedException)) {
            if (accounted.compareAndSet(false, true)) {
                running.owner().failed(running, error, dead);
            }
            failure = error;
            return;
        }
        switch (result.finishReason()) {
            case STOP, LENGTH -> {
                if (accounted.compareAndSet(false, true)) {
                    running.backend().breaker().succeeded();
                }
            }
            default -> release();
        }
        failure = error instanceof EngineClosedException ? running.takenOutBy().orElse(null) : null;
    }

    /** What the device failed by, if it did. */
    @Nullable
    OlmoException failure() {
        return failure;
    }

    /** Whether nobody is to hear of its end, since the request goes on without it. */
    boolean again() {
        return again;
    }

    void goesOn(boolean value) {
        again = value;
    }

    /** What the caller sees of its end, as soon as it is told; null before. */
    @Nullable
    CompletableFuture<GenerationResult> shown() {
        return shown;
    }

    void shows(CompletableFuture<GenerationResult> end) {
        shown = Objects.requireNonNull(end);
    }
}
