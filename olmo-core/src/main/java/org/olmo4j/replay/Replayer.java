package org.olmo4j.replay;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationRequest.PromptScoring;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.error.OlmoException;
import org.olmo4j.replay.ReplayOutcome.Difference;
import org.olmo4j.replay.ReplayOutcome.Part;

/**
 * Repeats recorded generations on an engine. A replay is a request like any other: it is admitted, counted and told to the listeners, with
 * the id of what it repeats. It generates as many tokens as the record has. Where the answers part, a second request scores the recorded
 * token. Thread-safe.
 */
public final class Replayer {

    private final Engine engine;

    /**
     * Replays on an engine.
     *
     * @param engine stays open
     */
    public Replayer(Engine engine) {
        this.engine = engine;
    }

    /**
     * Repeats a generation.
     *
     * @param recorded what to repeat
     * @return whether it is the same
     * @throws InterruptedException if interrupted; the work is given up
     * @throws OlmoException if the engine cannot run it now: busy, closed, late, failed, or its memory is too small for it
     */
    public ReplayOutcome replay(RecordedGeneration recorded) throws InterruptedException {
        return replay(recorded, request -> {});
    }

    /**
     * Repeats a generation on somebody's behalf.
     *
     * @param recorded what to repeat
     * @param circumstances sets what does not decide the tokens: user, deadlines, cache salt. All else is overwritten with what the key
     *     says
     * @return whether it is the same
     * @throws InterruptedException if interrupted; the work is given up
     * @throws OlmoException if the engine cannot run it now: busy, closed, late, failed, or its memory is too small for it
     */
    public ReplayOutcome replay(RecordedGeneration recorded, Consumer<GenerationRequest.Builder> circumstances)
            throws InterruptedException {
        List<Difference> differences = Comparison.of(recorded, engine.identity());
        if (!differences.isEmpty()) {
            return new ReplayOutcome.NotComparable(differences);
        }
        Generation generation =
                engine.submit(request(recorded, recorded.tokenIds().size(), circumstances));
        GenerationResult replayed = generation.forEach(event -> {
            if (event instanceof GenerationEvent.Started started
                    && !isPrompt(recorded, ReplayKey.promptHash(started.promptTokenIds()))) {
                generation.cancel();
            }
        });
        Optional<Difference> otherPrompt = otherPrompt(recorded, replayed);
        if (otherPrompt.isPresent()) {
            return new ReplayOutcome.NotComparable(List.of(otherPrompt.get()));
        }
        if (replayed.error() != null) {
            throw replayed.error();
        }
        return compare(recorded, replayed, circumstances);
    }

    /**
     * What differs between a record and this engine, as far as that can be known before it runs.
     *
     * @param recorded what to repeat
     * @return empty if nothing does
     */
    public List<Difference> differences(RecordedGeneration recorded) {
        return Comparison.of(recorded, engine.identity());
    }

    /**
     * Repeats a generation whose tokens are not on record, for a caller who can compare them otherwise, such as by a hash.
     *
     * @param recorded what to repeat; its tokens are not looked at
     * @param tokens how many to generate at most
     * @param circumstances sets what does not decide the tokens: user, deadlines, cache salt
     * @return what came out
     * @throws InterruptedException if interrupted; the work is given up
     * @throws OlmoException if the engine cannot run it now
     */
    public GenerationResult regenerate(
            RecordedGeneration recorded, int tokens, Consumer<GenerationRequest.Builder> circumstances)
            throws InterruptedException {
        return engine.submit(request(recorded, tokens, circumstances)).await();
    }

    private static GenerationRequest request(
            RecordedGeneration recorded, int tokens, Consumer<GenerationRequest.Builder> circumstances) {
        ReplayKey.Settings settings = recorded.key().settings();
        GenerationRequest.Builder request = GenerationRequest.builder(recorded.prompt());
        circumstances.accept(request);
        if (recorded.jsonSchema().isPresent()) {
            request.jsonSchema(recorded.jsonSchema().get());
        } else {
            // All ids that ended it, the model's own among them.
            request.stopStrings(settings.stopStrings())
                    .stopIds(settings.stopIds())
                    .ignoreEndOfText(true);
        }
        return request.sampling(settings.sampling())
                .maxTokens(Math.min(tokens, settings.maxTokens()))
                .seed(settings.seed())
                .sampleIndex(settings.sampleIndex())
                .topLogProbabilities(0)
                .replayOf(recorded.id())
                .build();
    }

    private static boolean isPrompt(RecordedGeneration recorded, String hash) {
        return recorded.key().promptHash().map(hash::equals).orElse(true);
    }

    private static Optional<Difference> otherPrompt(RecordedGeneration recorded, GenerationResult replayed) {
        String hash = ReplayKey.promptHash(ids(replayed.promptTokenIds()));
        return isPrompt(recorded, hash)
                ? Optional.empty()
                : Optional.of(
                        new Difference(Part.PROMPT, recorded.key().promptHash().orElseThrow(), hash));
    }

    private ReplayOutcome compare(
            RecordedGeneration recorded, GenerationResult replayed, Consumer<GenerationRequest.Builder> circumstances)
            throws InterruptedException {
        List<Integer> then = recorded.tokenIds();
        List<Integer> now = replayed.tokenIds();
        int both = Math.min(then.size(), now.size());
        for (int i = 0; i < both; i++) {
            float probability = replayed.logProbabilities().get(i).logProbability();
            if (!then.get(i).equals(now.get(i))) {
                OptionalDouble recordedToken = score(recorded, replayed, i, circumstances);
                OptionalDouble gap = recordedToken.isPresent()
                        ? OptionalDouble.of(probability - recordedToken.getAsDouble())
                        : OptionalDouble.empty();
                return new ReplayOutcome.DivergedAt(i, gap, replayed);
            }
            if (!recorded.logProbabilities().isEmpty()) {
                float before = recorded.logProbabilities().get(i);
                if (Float.floatToRawIntBits(before) != Float.floatToRawIntBits(probability)) {
                    return new ReplayOutcome.DivergedAt(i, OptionalDouble.of((double) probability - before), replayed);
                }
            }
        }
        return sameEnd(recorded, replayed)
                ? new ReplayOutcome.Identical(replayed)
                : new ReplayOutcome.DivergedAt(both, OptionalDouble.empty(), replayed);
    }

    /** With all tokens the same as far as both go: the replay stops at the record's length even where the answer would go on. */
    private static boolean sameEnd(RecordedGeneration recorded, GenerationResult replayed) {
        int tokens = recorded.tokenIds().size();
        if (replayed.tokenIds().size() != tokens) {
            return false;
        }
        return switch (recorded.finishReason()) {
            case STOP -> replayed.finishReason() == FinishReason.STOP;
            case LENGTH ->
                replayed.finishReason() == FinishReason.LENGTH
                        && tokens == recorded.key().settings().maxTokens();
            case CANCELLED, DEADLINE, REFUSED, FAILED -> true;
        };
    }

    /** The log-probability that the recorded token has now; empty where that cannot be had, since it is a detail of the answer. */
    private OptionalDouble score(
            RecordedGeneration recorded,
            GenerationResult replayed,
            int index,
            Consumer<GenerationRequest.Builder> circumstances)
            throws InterruptedException {
        int[] ids = IntStream.concat(
                        IntStream.of(ids(replayed.promptTokenIds())),
                        recorded.tokenIds().stream().limit(index + 1L).mapToInt(Integer::intValue))
                .toArray();
        GenerationRequest.Builder request = GenerationRequest.builder(new Prompt.Tokens(ids));
        circumstances.accept(request);
        request.maxTokens(0).promptScoring(new PromptScoring(ids.length - 1, 0)).replayOf(recorded.id());
        try {
            return OptionalDouble.of(engine.submit(request.build())
                    .await()
                    .promptLogProbabilities()
                    .getLast()
                    .logProbability());
        } catch (OlmoException unavailable) {
            return OptionalDouble.empty();
        }
    }

    private static int[] ids(List<Integer> tokens) {
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }
}
