package org.olmo4j.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listeners about ends, and shows a caller the end when they are done with it or have taken too long. Thread-safe. */
final class EndNotice {

    private static final Logger LOG = LoggerFactory.getLogger(EndNotice.class);

    private final List<GenerationListener> listeners;
    private final Duration releaseTimeout;

    private final LongAdder releaseTimeouts = new LongAdder();

    EndNotice(List<GenerationListener> listeners, Duration releaseTimeout) {
        this.listeners = List.copyOf(listeners);
        this.releaseTimeout = releaseTimeout;
    }

    /** Ends that were shown although a listener was not done. */
    long releaseTimeouts() {
        return releaseTimeouts.sum();
    }

    /**
     * Tells the listeners, then the caller.
     *
     * @return completes, never exceptionally, when the caller can see the end
     */
    CompletableFuture<Void> send(GenerationRequest request, GenerationResult result, QueuedGeneration handle) {
        GenerationEvent end = new GenerationEvent.Ended(result);
        CompletableFuture<Void> told = tell(request, result);
        if (told.isDone()) {
            handle.offer(end);
            return told;
        }
        return told.orTimeout(releaseTimeout.toNanos(), TimeUnit.NANOSECONDS).handle((nothing, failure) -> {
            if (failure instanceof TimeoutException) {
                releaseTimeouts.increment();
                LOG.warn(
                        "Generation {}: shown as ended after {} ms although a listener is not done with it",
                        result.id(),
                        releaseTimeout.toMillis());
            }
            handle.offer(end);
            return null;
        });
    }

    /** Tells the listeners that no request will ever run again. */
    void engineFailed(Throwable cause) {
        for (GenerationListener listener : listeners) {
            try {
                listener.engineFailed(cause);
            } catch (Throwable failure) { // NOPMD: the other listeners are to hear of it too
                LOG.warn("Listener {} failed", listener.getClass().getName(), failure);
            }
        }
    }

    /**
     * Tells the listeners only.
     *
     * @return completes, never exceptionally, when all are done
     */
    CompletableFuture<Void> tell(GenerationRequest request, GenerationResult result) {
        return CompletableFuture.allOf(listeners.stream()
                .map(listener -> tell(listener, request, result))
                .toArray(CompletableFuture<?>[]::new));
    }

    private static CompletableFuture<Void> tell(
            GenerationListener listener, GenerationRequest request, GenerationResult result) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            CompletionStage<?> stage = listener.ended(request, result);
            stage.whenComplete((value, failure) -> {
                if (failure != null) {
                    warn(listener, result, failure);
                }
                done.complete(null);
            });
        } catch (Throwable failure) {
            // A listener is somebody else's: whatever it throws must not cost a caller the end nor the engine its
            // thread.
            warn(listener, result, failure);
            done.complete(null);
        }
        return done;
    }

    private static void warn(GenerationListener listener, GenerationResult result, Throwable failure) {
        LOG.warn(
                "Generation {}: listener {} failed",
                result.id(),
                listener.getClass().getName(),
                failure);
    }
}
