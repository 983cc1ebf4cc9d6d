package org.olmo4j.spring.host;

import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationResult;

/** What the caller of a request holds: its events, all of one attempt, whichever that turns out to be. Thread-safe. */
final class RelayedGeneration implements Generation {

    private final RelayedRequest request;

    /** Held by who takes an event, so that only one goes over from an attempt to the next. */
    private final ReentrantLock taking = new ReentrantLock();

    private volatile @Nullable GenerationResult taken;

    RelayedGeneration(RelayedRequest request) {
        this.request = request;
    }

    @Override
    public String id() {
        return request.id();
    }

    @Override
    public GenerationEvent next() throws InterruptedException {
        GenerationEvent event = take(true);
        if (event == null) {
            throw new IllegalStateException("The end of generation " + id() + " was taken already");
        }
        return event;
    }

    /**
     * The next event, waiting for it; null once the end was taken.
     *
     * @param giving whether the caller sees it, so that it cannot be taken back
     */
    private @Nullable GenerationEvent take(boolean giving) throws InterruptedException {
        taking.lockInterruptibly();
        try {
            while (taken == null) {
                Attempt attempt = request.awaitAttempt();
                if (attempt == null) {
                    return end(request.end());
                }
                switch (Objects.requireNonNull(attempt.handle()).next()) {
                    case GenerationEvent.Ended(GenerationResult result) -> {
                        if (!request.attemptsAgain(attempt, result)) {
                            return end(request.shown(attempt, result));
                        }
                    }
                    case GenerationEvent event
                    when !giving || request.gives(attempt, event) -> {
                        return event;
                    }
                    case GenerationEvent withheld -> {}
                }
            }
            return null;
        } finally {
            taking.unlock();
        }
    }

    private GenerationEvent end(GenerationResult result) {
        taken = result;
        return new GenerationEvent.Ended(result);
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
    public GenerationResult awaitEnd() throws InterruptedException {
        try {
            while (take(false) != null) {
                // Events are not what this caller wants.
            }
        } catch (InterruptedException interruption) {
            cancel();
            throw interruption;
        }
        return Objects.requireNonNull(taken);
    }

    @Override
    public GenerationResult await() throws InterruptedException {
        GenerationResult result = awaitEnd();
        if (result.error() != null) {
            throw result.error();
        }
        return result;
    }

    @Override
    public void cancel() {
        request.cancel();
    }
}
