package org.olmo4j.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;
import org.olmo4j.constraint.ConstraintState;
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
    private final SequenceBlocks blocks;
    private final Admission.Place place;
    private final AnswerText text;
    private final TokenHistory history;
    private final List<TokenLogProbability> promptLogProbabilities = new ArrayList<>();
    private final List<TokenLogProbability> logProbabilities = new ArrayList<>();
    private final List<Integer> generated = new ArrayList<>();
    private int[] tokens;
    private int known;
    private int processed;
    private int cachedPromptTokens;
    private boolean started;
    private boolean announced;
    private boolean everPreempted;
    private @Nullable FinishReason finished;
    private boolean ended;
    private @Nullable ConstraintState constraint;

    Sequence(
            PreparedRequest prepared,
            QueuedGeneration handle,
            RequestClock clock,
            SequenceBlocks blocks,
            Admission.Place place,
            @Nullable ModelText modelText) {
        this.prepared = prepared;
        this.blocks = blocks;
        this.place = place;
        this.handle = handle;
        this.clock = clock;
        this.text = new AnswerText(modelText, prepared.request().stopStrings());
        this.history = new TokenHistory(prepared.promptIds());
        this.tokens = prepared.promptIds().clone();
        this.known = tokens.length;
        this.constraint =
                prepared.constraint() == null ? null : prepared.constraint().start();
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

    SequenceBlocks blocks() {
        return blocks;
    }

    /** What it holds of the engine's room until it has ended. */
    Admission.Place place() {
        return place;
    }

    /** Whether it has run before: then it was preempted. */
    boolean started() {
        return started;
    }

    /** Begins to run. */
    void start() {
        if (started) {
            return;
        }
        started = true;
        clock.start();
        if (!prepared.scoresPrompt()) {
            announce();
        }
        finishIfNothingFollows();
    }

    /** Gives its blocks to an older one; what it has told its caller stays told, and all its tokens are processed anew. */
    void preempt() {
        everPreempted = true;
        giveBack();
    }

    /** Gives back what it has taken over or taken without having started. */
    void giveBack() {
        blocks.release();
        processed = 0;
        if (!started) {
            cachedPromptTokens = 0;
        }
    }

    /**
     * Takes over blocks that hold its next tokens already.
     *
     * @return how many tokens of the prompt need not be processed for it
     */
    int adopt() {
        if (pending() <= 1) {
            return 0;
        }
        return took(blocks.adopt(tokens, processed, firstNeeded()));
    }

    /**
     * Takes over the prompt of another sample of the same request, or of an equal one, that has processed it, if there is one.
     *
     * @return how many tokens of the prompt need not be processed for it
     */
    int fork(List<Sequence> running, LoadedModel model) {
        int length = forkLength();
        if (processed >= length) {
            return 0;
        }
        return running.stream()
                .filter(other -> hasPromptOf(other) && other.processed >= length)
                .filter(other -> blocks.fork(other.blocks, length, model))
                .findFirst()
                .map(other -> took(length))
                .orElse(0);
    }

    /** Whether another one processes the prompt that this one can take over when it is complete. */
    boolean willFork(Sequence other) {
        return hasPromptOf(other) && processed < forkLength() && other.processed < forkLength();
    }

    /** The block that its next token lies in; empty while that block's tokens are not all known. */
    Optional<BlockKey> nextBlock() {
        return blocks.key(tokens, known, processed);
    }

    /** The block that its next token lies in, if it could be taken over from another sequence. */
    Optional<BlockKey> adoptableBlock() {
        boolean begins = processed % blocks.commonBlockTokens() == 0;
        return begins && processed + blocks.commonBlockTokens() <= firstNeeded() ? nextBlock() : Optional.empty();
    }

    /** Tokens that wait to be processed; 1 when decoding. The prompt's last one does not wait if nothing is to follow, nor do the others
     * if none is scored. */
    int pending() {
        if (prepared.maxTokens() > 0) {
            return known - processed;
        }
        return prepared.scoresPrompt() ? known - 1 - processed : 0;
    }

    int processed() {
        return processed;
    }

    /** Whether the token at a place is one that was generated and not processed before, so that the answer goes on from it. */
    boolean decodes(int place) {
        return pending() == 1 && place >= prepared.promptIds().length;
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

    /** How many of the tokens from a place on one row may have: scoring begins with a row of its own, and ends with the prompt. */
    int rowLimit(int start) {
        if (scoredBy(start)) {
            return prepared.promptIds().length - 1 - start;
        }
        return (start < firstNeeded() && scoring() ? firstNeeded() : known) - start;
    }

    /** The row for some of the pending tokens, whose blocks are there. */
    Step.Row row(int start, int count, OutputRequest output) {
        int end = start + count;
        Step.RowTokens known = new Step.RowTokens.Known(Arrays.copyOfRange(tokens, start, end));
        return new Step.Row(known, start, blocks.tables(end), output, 0);
    }

    /** The model has processed some of the prompt and scored it. */
    void scored(List<TokenLogProbability> scores) {
        promptLogProbabilities.addAll(scores);
        if (!scoring()) {
            announce();
            finishIfNothingFollows();
        }
    }

    /** The model has processed this many more tokens. */
    void advance(int count) {
        processed += count;
        blocks.processed(tokens, processed);
    }

    /** Draws the next token and tells the caller. Log-probabilities are those of the raw logits, before any option changes them. */
    void generate(MemorySegment logits, Sampler sampler) {
        int id = sampler.sample(
                logits,
                prepared.sampling(),
                history,
                prepared.seed(),
                prepared.request().sampleIndex(),
                known,
                constraint == null ? null : constraint.allowed());
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
        if (stopId || text.matchedStop().isPresent() || completedBy(id)) {
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
        blocks.release();
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
                new Usage(prepared.promptIds().length, cachedPromptTokens, generated.size()),
                clock.timings(),
                prepared.seed(),
                prepared.replayKey(),
                Arrays.stream(prepared.promptIds()).boxed().toList(),
                logProbabilities,
                promptLogProbabilities,
                error);
    }

    /** Whether tokens of the prompt are still to be scored. */
    private boolean scoring() {
        return prepared.scoresPrompt() && nextScored() < prepared.promptIds().length;
    }

    /** Place of the next token of the prompt to be scored. */
    private int nextScored() {
        return prepared.request().promptScoring().orElseThrow().from() + promptLogProbabilities.size();
    }

    /** Whether the row that starts at a place scores: its first token comes right before the next one to be scored, or after it. */
    private boolean scoredBy(int start) {
        return scoring() && start + 1 >= nextScored() && start < prepared.promptIds().length - 1;
    }

    /** The first token whose output is wanted: those before it need keys and values only. */
    private int firstNeeded() {
        return scoring() ? nextScored() - 1 : processed + pending() - 1;
    }

    /** All of an equal prompt can be taken over but the last token, whose logits each needs. */
    private int forkLength() {
        return Math.min(prepared.promptIds().length - 1, firstNeeded());
    }

    private boolean hasPromptOf(Sequence other) {
        return other != this
                && Objects.equals(
                        other.prepared.request().cacheSalt(), prepared.request().cacheSalt())
                && Arrays.equals(other.prepared.promptIds(), prepared.promptIds());
    }

    private int took(int nowProcessed) {
        int gained = nowProcessed - processed;
        processed = nowProcessed;
        if (!everPreempted) {
            cachedPromptTokens += gained;
            return gained;
        }
        return 0;
    }

    /** Whether nothing can follow a token in an answer that is held to a schema: its end need not be drawn. */
    private boolean completedBy(int id) {
        if (constraint == null) {
            return false;
        }
        constraint = constraint.after(id);
        return constraint.exhausted();
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
