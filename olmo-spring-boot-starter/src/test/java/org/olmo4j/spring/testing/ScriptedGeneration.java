package org.olmo4j.spring.testing;

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
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.engine.Timings;
import org.olmo4j.engine.Usage;
import org.olmo4j.error.OlmoException;
import org.olmo4j.sampling.TokenLogProbability;

/** A generation whose events were written down beforehand; cancelled, it ends. */
public final class ScriptedGeneration implements Generation {

    /** The id of every one. */
    public static final String ID = "7";

    /** The seed of every one. */
    public static final long SEED = 1234;

    private final CountDownLatch awaited = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final BlockingQueue<GenerationEvent> events = new LinkedBlockingQueue<>();

    private final Script script;

    private ScriptedGeneration(Script script) {
        this.script = script;
    }

    /** To be written down after this prompt. */
    public static Script of(int... promptTokenIds) {
        return new Script(promptTokenIds);
    }

    /** After a prompt of three tokens these pieces of text, each of one token, and then the end by STOP. */
    public static ScriptedGeneration saying(String... pieces) {
        Script script = of(1, 2, 3);
        for (int i = 0; i < pieces.length; i++) {
            script.delta(pieces[i], 10 + i);
        }
        return script.endsBy(FinishReason.STOP);
    }

    /** Reaches zero when somebody asks for the first event. */
    public CountDownLatch awaited() {
        return awaited;
    }

    /** Reaches zero when it is cancelled. */
    public CountDownLatch cancelled() {
        return cancelled;
    }

    /** The events that nobody has taken yet. */
    public List<GenerationEvent> waitingEvents() {
        return List.copyOf(events);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public GenerationEvent next() throws InterruptedException {
        awaited.countDown();
        return events.take();
    }

    @Override
    public GenerationResult forEach(Consumer<GenerationEvent> consumer) throws InterruptedException {
        while (true) {
            GenerationEvent event;
            try {
                event = next();
            } catch (InterruptedException e) {
                cancel();
                throw e;
            }
            if (event instanceof GenerationEvent.Ended ended) {
                return ended.result();
            }
            consumer.accept(event);
        }
    }

    @Override
    public GenerationResult await() throws InterruptedException {
        GenerationResult result = forEach(event -> {});
        if (result.error() != null) {
            throw result.error();
        }
        return result;
    }

    @Override
    public void cancel() {
        if (cancelled.getCount() > 0) {
            events.add(new GenerationEvent.Ended(script.result(FinishReason.CANCELLED, null)));
            cancelled.countDown();
        }
    }

    /** Lets a waiting one have the events of another. */
    public void goesOn(ScriptedGeneration other) {
        events.addAll(other.events);
    }

    /** Ends a hanging one. */
    public void end(FinishReason reason) {
        events.add(new GenerationEvent.Ended(script.result(reason, null)));
    }

    /** Writes the events down. */
    public static final class Script {
        private final int[] promptTokenIds;
        private Optional<String> matchedStop = Optional.empty();
        private Optional<ReplayKey> replayKey = Optional.empty();
        private Optional<Footprint> footprint = Optional.empty();
        private final List<TokenLogProbability> promptLogProbabilities = new ArrayList<>();
        private final List<GenerationEvent.Delta> deltas = new ArrayList<>();

        private Script(int[] promptTokenIds) {
            this.promptTokenIds = promptTokenIds;
        }

        public Script promptLogProbabilities(TokenLogProbability... tokens) {
            promptLogProbabilities.addAll(List.of(tokens));
            return this;
        }

        public Script delta(String text, Integer... tokenIds) {
            deltas.add(new GenerationEvent.Delta(text, List.of(tokenIds), List.of()));
            return this;
        }

        public Script delta(String text, TokenLogProbability... tokens) {
            deltas.add(new GenerationEvent.Delta(
                    text,
                    List.of(tokens).stream().map(TokenLogProbability::tokenId).toList(),
                    List.of(tokens)));
            return this;
        }

        public Script replayKey(ReplayKey key) {
            replayKey = Optional.of(key);
            return this;
        }

        public Script footprint(Footprint known) {
            footprint = Optional.of(known);
            return this;
        }

        public Script matchedStop(String stop) {
            matchedStop = Optional.of(stop);
            return this;
        }

        public ScriptedGeneration endsBy(FinishReason reason) {
            ScriptedGeneration generation = hangs();
            generation.events.add(new GenerationEvent.Ended(result(reason, null)));
            return generation;
        }

        public ScriptedGeneration failsBy(FinishReason reason, OlmoException error) {
            ScriptedGeneration generation = hangs();
            generation.events.add(new GenerationEvent.Ended(result(reason, error)));
            return generation;
        }

        /** After its deltas nothing comes until it is cancelled. */
        public ScriptedGeneration hangs() {
            ScriptedGeneration generation = new ScriptedGeneration(this);
            generation.events.add(new GenerationEvent.Started(promptTokenIds, promptLogProbabilities));
            generation.events.addAll(deltas);
            return generation;
        }

        /** Nothing comes at all until it is cancelled. */
        public ScriptedGeneration queued() {
            return new ScriptedGeneration(of());
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
                    ID,
                    text.toString(),
                    ids,
                    reason,
                    matchedStop,
                    new Usage(prompt.size(), Math.min(2, prompt.size()), ids.size()),
                    timings,
                    SEED,
                    replayKey,
                    prompt,
                    logProbabilities,
                    promptLogProbabilities,
                    error,
                    footprint);
        }
    }
}
