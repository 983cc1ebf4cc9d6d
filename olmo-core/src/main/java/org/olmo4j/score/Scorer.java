package org.olmo4j.score;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationRequest.PromptScoring;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.text.Tokenizer;

/**
 * Scores continuations as EleutherAI's lm-evaluation-harness does ({@code loglikelihood}): context and continuation are tokenized together
 * and split where the context's own tokens end, white space at the end of the context belongs to the continuation, an empty context is the
 * end-of-text token, and what is too long for the model loses its beginning. Thread-safe.
 */
public final class Scorer {

    private final Engine engine;

    /**
     * Scores with an engine.
     *
     * @param engine stays open
     */
    public Scorer(Engine engine) {
        this.engine = engine;
    }

    /**
     * Scores a text.
     *
     * @param context may be empty
     * @param continuation at least one token long
     * @return its score
     * @throws InterruptedException if interrupted; the work is given up
     * @throws InvalidRequestException if there is no tokenizer, or the continuation is empty or longer than the context length
     */
    public Score score(String context, String continuation) throws InterruptedException {
        return score(context, List.of(continuation)).getFirst();
    }

    /**
     * Scores several continuations of one context side by side; the context, as far as it fills blocks, is processed once.
     *
     * @param context may be empty
     * @param continuations each at least one token long
     * @return their scores, in order
     * @throws InterruptedException if interrupted; the work is given up
     * @throws InvalidRequestException if there is no tokenizer, or a continuation is empty or longer than the context length
     */
    public List<Score> score(String context, List<String> continuations) throws InterruptedException {
        return scoreAll(continuations.stream()
                .map(continuation -> encode(context, continuation))
                .toList());
    }

    /**
     * Scores token ids.
     *
     * @param contextIds empty: the end-of-text token
     * @param continuationIds at least one
     * @return their score
     * @throws InterruptedException if interrupted; the work is given up
     * @throws InvalidRequestException if the continuation is empty or longer than the context length, or an id is outside the vocabulary
     */
    public Score score(int[] contextIds, int[] continuationIds) throws InterruptedException {
        return scoreAll(List.of(pair(contextIds, continuationIds))).getFirst();
    }

    /**
     * What one request scores.
     *
     * @param ids context and continuation, at most one more than the context length
     * @param continuationTokens how many of them are scored
     * @param truncatedTokens how many were left out before them
     */
    private record Pair(int[] ids, int continuationTokens, int truncatedTokens) {}

    private Pair encode(String context, String continuation) {
        Engine.ModelText text = engine.text();
        if (text == null) {
            throw new InvalidRequestException(
                    "context",
                    "Scoring text needs a tokenizer, and the model was loaded without one",
                    "Add tokenizer.json to the model, or score token ids");
        }
        Tokenizer tokenizer = text.tokenizer();
        int contextEnd = endWithoutWhiteSpace(context);
        int[] whole = tokenizer.encode(context + continuation);
        int[] contextIds = tokenizer.encode(context.substring(0, contextEnd));
        int border = Math.min(contextIds.length, whole.length);
        return pair(contextIds, Arrays.copyOfRange(whole, border, whole.length));
    }

    private Pair pair(int[] contextIds, int[] continuationIds) {
        int limit = engine.spec().contextLength();
        if (continuationIds.length == 0 || continuationIds.length > limit) {
            throw new InvalidRequestException(
                    "continuation",
                    "The continuation has " + continuationIds.length + " tokens",
                    "Give 1 to " + limit + ", the context length of the model");
        }
        int[] before = contextIds.length == 0 ? endOfText() : contextIds;
        int truncated = Math.max(0, before.length + continuationIds.length - (limit + 1));
        int[] ids = IntStream.concat(Arrays.stream(before).skip(truncated), Arrays.stream(continuationIds))
                .toArray();
        return new Pair(ids, continuationIds.length, truncated);
    }

    private int[] endOfText() {
        Engine.ModelText text = engine.text();
        return Stream.concat(
                        text == null ? Stream.empty() : text.tokenizer().endOfTextIds().stream(),
                        engine.spec().endOfTextIds().stream())
                .limit(1)
                .mapToInt(id -> id)
                .toArray();
    }

    /** As many at once as the engine admits; when it is full, the oldest is waited for first. */
    private List<Score> scoreAll(List<Pair> pairs) throws InterruptedException {
        List<Score> scores = new ArrayList<>();
        Deque<Generation> submitted = new ArrayDeque<>();
        try {
            for (Pair pair : pairs) {
                Optional<Generation> generation = submit(pair, submitted.isEmpty());
                while (generation.isEmpty()) {
                    scores.add(scoreOf(submitted.element(), pairs.get(scores.size())));
                    submitted.remove();
                    generation = submit(pair, submitted.isEmpty());
                }
                submitted.add(generation.get());
            }
            while (!submitted.isEmpty()) {
                scores.add(scoreOf(submitted.element(), pairs.get(scores.size())));
                submitted.remove();
            }
            return scores;
        } finally {
            submitted.forEach(Generation::cancel);
        }
    }

    /** Empty if the engine is full of what will end; with nothing of ours in it, its refusal is the caller's to know. */
    private Optional<Generation> submit(Pair pair, boolean alone) {
        try {
            return Optional.of(engine.submit(GenerationRequest.builder(new Prompt.Tokens(pair.ids()))
                    .maxTokens(0)
                    .promptScoring(new PromptScoring(pair.ids().length - pair.continuationTokens(), 1))
                    .build()));
        } catch (EngineBusyException busy) {
            if (alone) {
                throw busy;
            }
            return Optional.empty();
        }
    }

    private static Score scoreOf(Generation generation, Pair pair) throws InterruptedException {
        return new Score(generation.await().promptLogProbabilities(), pair.truncatedTokens());
    }

    /** Length of a text without the white space at its end, as Python's {@code str.rstrip} sees it. */
    private static int endWithoutWhiteSpace(String text) {
        int end = text.length();
        while (end > 0 && isWhiteSpace(text.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    private static boolean isWhiteSpace(char character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character) || character == '\u0085';
    }
}
