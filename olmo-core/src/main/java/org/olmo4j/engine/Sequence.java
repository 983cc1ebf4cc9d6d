package org.olmo4j.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;
import org.olmo4j.engine.Engine.ModelText;
import org.olmo4j.error.OlmoException;
import org.olmo4j.sampling.LogProbabilities;
import org.olmo4j.sampling.Sampler;
import org.olmo4j.sampling.TokenHistory;
import org.olmo4j.sampling.TokenLogProbability;

/**
 * An admitted request on its way: the tokens it has, how many of them the model has processed, and what its caller was told. Used by the
 * engine thread only; {@link #unwanted()} by any.
 */
final class Sequence {

    private final PreparedRequest prepared;
    private final QueuedGeneration handle;
    private final RequestClock clock;
    private final AnswerText text;
    private final TokenHistory history;
    private final List<TokenLogProbability> promptLogProbabilities = new ArrayList<>();
    private final List<TokenLogProbability> logProbabilities = new ArrayList<>();
    private final List<Integer> generated = new ArrayList<>();
    private int[] tokens;
    private int known;
    private int processed;
    private boolean announced;
    private @Nullable SequenceBlocks blocks;
    private @Nullable FinishReason finished;
    private boolean ended;

    Sequence(PreparedRequest prepared, QueuedGeneration handle, RequestClock clock, @Nullable ModelText modelText) {
        this.prepared = prepared;
        this.handle = handle;
        this.clock = clock;
        this.text = new AnswerText(modelText, prepared.request().stopStrings());
        this.history = new TokenHistory(prepared.promptIds());
        this.tokens = prepared.promptIds().clone();
        this.known = tokens.length;
    }

    PreparedRequest prepared() {
        return prepared;
    }

    QueuedGeneration handle() {
        return handle;
    }

    RequestClock clock() {
        return clock;
    }

    /** Whether computing on makes no sense: cancelled or late. */
    boolean unwanted() {
        return handle.cancelled() || clock.passed().isPresent();
    }

    /** Begins to run, on blocks reserved for all of it. */
    void start(SequenceBlocks reserved) {
        blocks = reserved;
        clock.start();
        if (!prepared.scoresPrompt()) {
            announce();
        }
        finishIfNothingFollows();
    }

    /** Tokens that wait to be processed; 1 when decoding. The prompt's last one does not wait if nothing is to follow. */
    int pending() {
        return (prepared.maxTokens() == 0 ? known - 1 : known) - processed;
    }

    int processed() {
        return processed;
    }

    /** Why it has ended; null while it has not. */
    @Nullable
    FinishReason finished() {
        return finished;
    }

    /** Whether its blocks are gone. */
    boolean ended() {
        return ended;
    }

    /** What the model is to give for a row of tokens. */
    OutputRequest output(int start, int count) {
        if (scoredBy(start)) {
            int[] targets = Arrays.copyOfRange(tokens, start + 1, start + 1 + count);
            return new OutputRequest.TokenLogProbabilities(
                    targets, prepared.request().promptScoring().orElseThrow().top());
        }
        return start + count == known ? new OutputRequest.Logits() : new OutputRequest.None();
    }

    /** How many of the tokens from a place on one row may have: scoring rows stop before the prompt's last token. */
    int rowLimit(int start) {
        return (scoredBy(start) ? prepared.promptIds().length - 1 : known) - start;
    }

    /** The row for some of the pending tokens. */
    Step.Row row(int start, int count, OutputRequest output) {
        if (blocks == null) {
            throw new IllegalStateException("a sequence without blocks in a step");
        }
        int end = start + count;
        Step.RowTokens known = new Step.RowTokens.Known(Arrays.copyOfRange(tokens, start, end));
        return new Step.Row(known, start, blocks.cover(end), output, 0);
    }

    /** The model has processed some of the prompt and scored it. */
    void scored(List<TokenLogProbability> scores) {
        promptLogProbabilities.addAll(scores);
        if (promptLogProbabilities.size() == prepared.promptIds().length - 1) {
            announce();
            finishIfNothingFollows();
        }
    }

    /** The model has processed this many more tokens. */
    void advance(int count) {
        processed += count;
        if (blocks != null) {
            blocks.passedTo(processed);
        }
    }

    /** Draws the next token and tells the caller. Log-probabilities are those of the raw logits, before any option changes them. */
    void generate(MemorySegment logits, Sampler sampler) {
        int id = sampler.sample(logits, prepared.sampling(), history, prepared.seed(), prepared.request().sampleIndex(), known);
        List<TokenLogProbability> scores = prepared.request()
                        .topLogProbabilities()
                        .isPresent()
                ? List.of(LogProbabilities.of(
                        logits, id, prepared.request().topLogProbabilities().getAsInt()))
                : List.of();
        clock.token();
        append(id);
        logProbabilities.addAll(scores);
        boolean stopId = prepared.stopIds().contains(id);
        String piece = stopId ? "" : text.append(id);
        if (stopId || text.matchedStop().isPresent()) {
            finished = FinishReason.STOP;
        } else if (generated.size() == prepared.maxTokens()) {
            finished = FinishReason.LENGTH;
        }
        if (finished != null) {
            piece += text.finish();
        }
        handle.offer(new GenerationEvent.Delta(piece, List.of(id), scores));
    }

    /**
     * Ends it: the blocks are free, and what was held back is shown unless something is broken.
     *
     * @return all of it
     */
    GenerationResult end(FinishReason reason, @Nullable OlmoException error) {
        if (blocks != null) {
            blocks.close();
        }
        ended = true;
        String rest = reason == FinishReason.FAILED ? "" : text.finish();
        if (!rest.isEmpty()) {
            handle.offer(new GenerationEvent.Delta(rest, List.of(), List.of()));
        }
        return new GenerationResult(
                handle.id(),
                text.shown(),
                generated,
                reason,
                text.matchedStop(),
                new Usage(prepared.promptIds().length, 0, generated.size()),
                clock.timings(),
                prepared.seed(),
                prepared.replayKey(),
                Arrays.stream(prepared.promptIds()).boxed().toList(),
                logProbabilities,
                promptLogProbabilities,
                error);
    }

    private boolean scoredBy(int start) {
        return prepared.scoresPrompt() && start < prepared.promptIds().length - 1;
    }

    private void append(int id) {
        if (known == tokens.length) {
            tokens = Arrays.copyOf(tokens, tokens.length * 2);
        }
        tokens[known++] = id;
        generated.add(id);
        history.append(id);
    }

    private void announce() {
        if (!announced) {
            announced = true;
            handle.offer(
                    new GenerationEvent.Started(prepared.promptIds().clone(), List.copyOf(promptLogProbabilities)));
        }
    }

    private void finishIfNothingFollows() {
        if (announced && prepared.maxTokens() == 0) {
            finished = FinishReason.LENGTH;
        }
    }
}
