package org.olmo4j.spring.promptlog.service;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.spring.promptlog.concurrent.Waiting;

/** Ends of generations whose texts are still being redacted or encrypted, or which the journal does not have yet. Thread-safe. */
final class PendingEnds {

    private final AtomicLong numbers = new AtomicLong();
    private final Map<Long, CompletableFuture<?>> pending = new ConcurrentHashMap<>();

    /** The same listener, whose ends are waited for. */
    GenerationListener counting(GenerationListener listener) {
        return new GenerationListener() {

            @Override
            public void admitted(String id, GenerationRequest request, Instant received) {
                listener.admitted(id, request, received);
            }

            @Override
            public CompletionStage<?> ended(GenerationRequest request, GenerationResult result) {
                CompletionStage<?> kept = listener.ended(request, result);
                CompletableFuture<?> end = kept.toCompletableFuture();
                long number = numbers.incrementAndGet();
                pending.put(number, end);
                var _ = end.whenComplete((_, _) -> pending.remove(number));
                return kept;
            }

            @Override
            public boolean attemptsAgain(GenerationRequest request, GenerationResult result) {
                return listener.attemptsAgain(request, result);
            }

            @Override
            public void engineFailed(Throwable cause) {
                listener.engineFailed(cause);
            }
        };
    }

    /** False if some are pending still. */
    boolean await(Duration atMost) {
        Thread waiting = Thread.ofVirtual()
                .start(() -> CompletableFuture.allOf(pending.values().toArray(CompletableFuture[]::new))
                        .exceptionally(_ -> null)
                        .join());
        return Waiting.forEnd(waiting, atMost);
    }
}
