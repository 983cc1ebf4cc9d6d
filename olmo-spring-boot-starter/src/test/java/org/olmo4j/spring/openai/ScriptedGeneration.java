package org.olmo4j.spring.openai;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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

/** A generation whose events were written down beforehand; cancelled, it ends. */
final class ScriptedGeneration implements Generation {

    final CountDownLatch cancelled = new CountDownLatch(1);
    private final BlockingQueue<GenerationEvent> events = new LinkedBlockingQueue<>();
    private final String id;

    private ScriptedGeneration(String id) {
        this.id = id;
    }

    static Script of(int... promptTokenIds) {
        return new Script(promptTokenIds);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public GenerationEvent next() throws InterruptedException {
        return events.take();
    }

    @Override
    public GenerationResult forEach(Consumer<GenerationEvent> consumer) {
        throw new UnsupportedOperationException();
    }

    @Override
    public GenerationResult await() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void cancel() {
        if (cancelled.getCount() > 0) {
            events.add(new GenerationEvent.Ended(of().result(FinishReason.CANCELLED, null)));
            cancelled.countDown();
        }
    }

    /** Ends a hanging one. */
    void end(FinishReason reason) {
        events.add(new GenerationEvent.Ended(of().result(reason, null)));
    }

    /** Writes the events down. */
    static final class Script {
        private final int[] promptTokenIds;
        private final List<TokenLogProbability> promptLogProbabilities = new ArrayList<>();
        private final List<GenerationEvent.Delta> deltas = new ArrayList<>();

        private Script(int[] promptTokenIds) {
            this.promptTokenIds = promptTokenIds;
        }

        Script promptLogProbabilities(TokenLogProbability... tokens) {
            promptLogProbabilities.addAll(List.of(tokens));
            return this;
        }

        Script delta(String text, Integer... tokenIds) {
            deltas.add(new GenerationEvent.Delta(text, List.of(tokenIds), List.of()));
            return this;
        }

        Script delta(String text, TokenLogProbability... tokens) {
            deltas.add(new GenerationEvent.Delta(
                    text,
                    List.of(tokens).stream().map(TokenLogProbability::tokenId).toList(),
                    List.of(tokens)));
            return this;
        }

        ScriptedGeneration endsBy(FinishReason reason) {
            ScriptedGeneration generation = hangs();
            generation.events.add(new GenerationEvent.Ended(result(reason, null)));
            return generation;
        }

        ScriptedGeneration failsBy(FinishReason reason, OlmoException error) {
            ScriptedGeneration generation = hangs();
            generation.events.add(new GenerationEvent.Ended(result(reason, error)));
            return generation;
        }

        /** After its deltas nothing comes until it is cancelled. */
        ScriptedGeneration hangs() {
            ScriptedGeneration generation = queued();
            generation.events.add(new GenerationEvent.Started(promptTokenIds, promptLogProbabilities));
            generation.events.addAll(deltas);
            return generation;
        }

        /** Nothing comes at all until it is cancelled. */
        ScriptedGeneration queued() {
            return new ScriptedGeneration("7");
        }

        private GenerationResult result(FinishReason reason, @Nullable OlmoException error) {
            StringBuilder text = new StringBuilder();
            List<Integer> ids = new ArrayList<>();
            List<TokenLogProbability> logProbabilities = new ArrayList<>();
            for (GenerationEvent.Delta delta : deltas) {
                text.append(delta.text());
                ids.addAll(delta.tokenIds());
                logProbabilities.addAll(delta.logProbabilities());
            }
            List<Integer> prompt = new ArrayList<>();
            for (int promptTokenId : promptTokenIds) {
                prompt.add(promptTokenId);
            }
            // 20 ms to the first token, the rest within half a second.
            Timings timings = new Timings(
                    Instant.EPOCH,
                    Optional.of(Duration.ofMillis(5)),
                    ids.isEmpty() ? Optional.empty() : Optional.of(Duration.ofMillis(20)),
                    Duration.ofMillis(520));
            return new GenerationResult(
                    "7",
                    text.toString(),
                    ids,
                    reason,
                    Optional.empty(),
                    new Usage(prompt.size(), Math.min(2, prompt.size()), ids.size()),
                    timings,
                    1234,
                    prompt,
                    logProbabilities,
                    promptLogProbabilities,
                    error);
        }
    }
}
