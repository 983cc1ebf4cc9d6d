package org.olmo4j.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.olmo4j.energy.carbon.Footprint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the listeners about ends, once it is known what was spent, and shows a caller the end when they are done with it or have taken too
 * long. So listeners and callers have the same result. Thread-safe.
 */
final class EndNotice {

    private static final Logger LOG = LoggerFactory.getLogger(EndNotice.class);

    /** Footprints become known on the thread that reads the meters, which must not be held up by somebody else's listeners. */
    private static final Executor LATER =
            task -> Thread.ofVirtual().name("olmo-end").start(task);

    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(3);

    private final List<GenerationListener> listeners;
    private final FootprintSource footprints;
    private final Duration releaseTimeout;
    private final Map<String, CompletableFuture<Void>> untold = new ConcurrentHashMap<>();
    private final LongAdder releaseTimeouts = new LongAdder();

    EndNotice(List<GenerationListener> listeners, FootprintSource footprints, Duration releaseTimeout) {
        this.listeners = List.copyOf(listeners);
        this.footprints = footprints;
        this.releaseTimeout = releaseTimeout;
    }

    /** Ends that were shown although a listener was not done. */
    long releaseTimeouts() {
        return releaseTimeouts.sum();
    }

    /**
     * Waits for the footprint, tells the listeners, then the caller.
     *
     * @return completes, never exceptionally, when the caller can see the end
     */
    CompletableFuture<Void> send(GenerationRequest request, GenerationResult result, QueuedGeneration handle) {
        if (attemptedAgain(request, result)) {
            handle.offer(new GenerationEvent.Ended(result));
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<GenerationResult> known = withFootprint(result);
        if (known.isDone()) {
            return show(request, known.join(), handle);
        }
        CompletableFuture<Void> told = new CompletableFuture<>();
        CompletableFuture<Void> shown = new CompletableFuture<>();
        untold.put(result.id(), told);
        var _ = known.thenAcceptAsync(
                complete -> {
                    try {
                        var _ = show(request, complete, handle).thenRun(() -> shown.complete(null));
                    } finally {
                        untold.remove(complete.id());
                        told.complete(null);
                    }
                },
                LATER);
        return shown;
    }

    /** Never exceptionally. */
    private CompletableFuture<GenerationResult> withFootprint(GenerationResult result) {
        CompletableFuture<GenerationResult> known = new CompletableFuture<>();
        if (result.timings().started().isEmpty()) {
            known.complete(result);
            return known;
        }
        try {
            footprints.ended(result.id(), result.usage().completionTokens()).whenComplete((footprint, failure) -> {
                if (failure != null) {
                    LOG.warn("Generation {}: its footprint is not known", result.id(), failure);
                }
                known.complete(with(footprint, result));
            });
        } catch (RuntimeException | Error failure) {
            // The source is somebody else's: what it throws must cost neither a caller the end nor others in the step
            // theirs.
            LOG.warn("Generation {}: its footprint is not known", result.id(), failure);
            known.complete(result);
        }
        return known;
    }

    private static GenerationResult with(@Nullable Footprint footprint, GenerationResult result) {
        return footprint == null ? result : result.withFootprint(footprint);
    }

    /** Waits until the listeners have heard of every end so far, for some seconds at most: whoever closes an engine closes them next. */
    void awaitTold() {
        CompletableFuture.allOf(untold.values().toArray(CompletableFuture<?>[]::new))
                .completeOnTimeout(null, LONGEST_CLOSE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private CompletableFuture<Void> show(GenerationRequest request, GenerationResult result, QueuedGeneration handle) {
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

    /** Tells the listeners that an end will come. */
    void admitted(String id, GenerationRequest request, Instant received) {
        for (GenerationListener listener : listeners) {
            try {
                listener.admitted(id, request, received);
            } catch (Throwable failure) { // NOPMD: see tell
                warn(listener, id, failure);
            }
        }
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

    /** Tells the listeners of a request that never came into the loop. */
    void tellOnly(GenerationRequest request, GenerationResult result) {
        if (!attemptedAgain(request, result)) {
            var _ = tell(request, result);
        }
    }

    private boolean attemptedAgain(GenerationRequest request, GenerationResult result) {
        boolean again = false;
        for (GenerationListener listener : listeners) {
            try {
                again |= listener.attemptsAgain(request, result);
            } catch (Throwable failure) { // NOPMD: see tell
                warn(listener, result.id(), failure);
            }
        }
        return again;
    }

    /** Completes, never exceptionally, when all are done. */
    private CompletableFuture<Void> tell(GenerationRequest request, GenerationResult result) {
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
                    warn(listener, result.id(), failure);
                }
                done.complete(null);
            });
        } catch (Throwable failure) {
            // A listener is somebody else's: whatever it throws must not cost a caller the end nor the engine its
            // thread.
            warn(listener, result.id(), failure);
            done.complete(null);
        }
        return done;
    }

    private static void warn(GenerationListener listener, String id, Throwable failure) {
        LOG.warn("Generation {}: listener {} failed", id, listener.getClass().getName(), failure);
    }
}
