package org.olmo4j.spring.chat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Timings;
import org.olmo4j.engine.Usage;
import org.olmo4j.error.OlmoException;
import org.olmo4j.sampling.TokenLogProbability;

/** A generation with prepared events: three prompt tokens, of which one was cached, and a token for each piece of text. */
public final class ScriptedGeneration implements Generation {

    static final Duration QUEUED = Duration.ofMillis(5);
    static final Duration FIRST_TOKEN = Duration.ofMillis(100);
    static final Duration TOTAL = Duration.ofMillis(600);
    static final long SEED = 7;

    private final BlockingQueue<GenerationEvent> events = new LinkedBlockingQueue<>();
    final CountDownLatch awaited = new CountDownLatch(1);
    final CountDownLatch cancelled = new CountDownLatch(1);

    private ScriptedGeneration() {}

    /** Ends by STOP after these pieces of text. */
    public static ScriptedGeneration of(String... pieces) {
        return ending(FinishReason.STOP, null, Optional.empty(), List.of(), pieces);
    }

    /** Starts, and then nothing comes any more until it is cancelled. */
    static ScriptedGeneration hanging() {
        ScriptedGeneration generation = new ScriptedGeneration();
        generation.events.add(new GenerationEvent.Started(new int[] {1, 2, 3}, List.of()));
        return generation;
    }

    static ScriptedGeneration ending(FinishReason reason, String... pieces) {
        return ending(reason, null, Optional.empty(), List.of(), pieces);
    }

    static ScriptedGeneration failing(FinishReason reason, OlmoException error, String... pieces) {
        return ending(reason, error, Optional.empty(), List.of(), pieces);
    }

    static ScriptedGeneration ending(
            FinishReason reason,
            @Nullable OlmoException error,
            Optional<String> matchedStop,
            List<TokenLogProbability> logProbabilities,
            String... pieces) {
        ScriptedGeneration generation = hanging();
        for (int i = 0; i < pieces.length; i++) {
            generation.events.add(new GenerationEvent.Delta(
                    pieces[i],
                    List.of(10 + i),
                    logProbabilities.isEmpty() ? List.of() : List.of(logProbabilities.get(i))));
        }
        generation.events.add(new GenerationEvent.Ended(
                result(reason, error, matchedStop, logProbabilities, String.join("", pieces), pieces.length)));
        return generation;
    }

    private static GenerationResult result(
            FinishReason reason,
            @Nullable OlmoException error,
            Optional<String> matchedStop,
            List<TokenLogProbability> logProbabilities,
            String text,
            int tokens) {
        return new GenerationResult(
                "generation-1",
                text,
                List.of(),
                reason,
                matchedStop,
                new Usage(3, 1, tokens),
                new Timings(
                        Instant.EPOCH,
                        Optional.of(QUEUED),
                        tokens == 0 ? Optional.empty() : Optional.of(FIRST_TOKEN),
                        TOTAL),
                SEED,
                List.of(1, 2, 3),
                logProbabilities,
                List.of(),
                error);
    }

    @Override
    public String id() {
        return "generation-1";
    }

    @Override
    public GenerationEvent next() throws InterruptedException {
        awaited.countDown();
        return events.take();
    }

    @Override
    public GenerationResult forEach(Consumer<GenerationEvent> consumer) {
        throw new UnsupportedOperationException("not scripted");
    }

    @Override
    public GenerationResult await() throws InterruptedException {
        try {
            while (true) {
                if (next() instanceof GenerationEvent.Ended ended) {
                    if (ended.result().error() != null) {
                        throw ended.result().error();
                    }
                    return ended.result();
                }
            }
        } catch (InterruptedException e) {
            cancel();
            throw e;
        }
    }

    @Override
    public void cancel() {
        if (cancelled.getCount() > 0) {
            cancelled.countDown();
            events.add(new GenerationEvent.Ended(
                    result(FinishReason.CANCELLED, null, Optional.empty(), List.of(), "", 0)));
        }
    }
}
