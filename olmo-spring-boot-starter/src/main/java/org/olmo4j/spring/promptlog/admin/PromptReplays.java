package org.olmo4j.spring.promptlog.admin;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Origin;
import org.olmo4j.engine.Prompt;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.replay.RecordedGeneration;
import org.olmo4j.replay.ReplayOutcome;
import org.olmo4j.replay.ReplayOutcome.Difference;
import org.olmo4j.replay.Replayer;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.admin.ReplayAnswer.Outcome;
import org.olmo4j.spring.promptlog.document.AnswerDocument;
import org.olmo4j.spring.promptlog.document.PromptDocument;
import org.olmo4j.spring.promptlog.identity.PromptHashes;
import org.olmo4j.text.ChatMessage;

/**
 * Asks recorded prompts again. A prompt that is not kept has to be given, and is checked by its keyed hash; an answer that is not kept is compared by
 * its own. Thread-safe.
 */
public final class PromptReplays {

    private final Function<String, Optional<Engine>> engines;
    private final PromptHashes hashes;

    /**
     * Makes it.
     *
     * @param engines by the public names of their models
     * @param hashes of prompts and answers
     */
    public PromptReplays(Function<String, Optional<Engine>> engines, PromptHashes hashes) {
        this.engines = engines;
        this.hashes = hashes;
    }

    /**
     * Asks again, and waits for the answer.
     *
     * @param record of the generation
     * @param texts what is kept of its texts
     * @param given the prompt as text, where it is not kept: that of a prompt of text, or the message of a conversation of one
     * @param reader on whose behalf
     * @throws org.olmo4j.error.OlmoException if the engine cannot run it now
     */
    ReplayAnswer replay(PromptRecord record, PromptTexts texts, @Nullable String given, String reader) {
        String key = record.settings().replayKey();
        String finish = record.outcome().finishReason();
        if (key == null || finish == null) {
            return ReplayAnswer.notComparable("The generation did not come so far as to have a replay key");
        }
        Optional<Engine> engine = engines.apply(record.model().modelName());
        if (engine.isEmpty()) {
            return ReplayAnswer.notComparable(
                    "The model '" + record.model().modelName() + "' is not hosted by this application");
        }
        PromptDocument kept = texts.prompt();
        Optional<Prompt> prompt = record.contentState() == ContentState.FULL && kept != null
                ? Optional.of(kept.toPrompt())
                : matching(record, engine.get(), given);
        if (prompt.isEmpty()) {
            return ReplayAnswer.notComparable(
                    given == null
                            ? "The prompt is not kept as it was; give it as prompt"
                            : "The given prompt is not the recorded one");
        }
        AnswerDocument answer = texts.answer();
        List<Integer> tokenIds = answer == null ? null : answer.tokenIds();
        RecordedGeneration recorded = new RecordedGeneration(
                record.generationId(),
                ReplayKey.parse(key),
                prompt.get(),
                Objects.requireNonNullElse(tokenIds, List.of()),
                List.of(),
                Optional.ofNullable(kept).map(PromptDocument::jsonSchema).map(JsonSchema::parse),
                FinishReason.valueOf(finish));
        Replayer replayer = new Replayer(engine.get());
        try {
            return tokenIds == null
                    ? byHash(replayer, record, recorded, reader)
                    : answer(replayer.replay(recorded, request -> request.origin(onBehalfOf(reader))));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("Interrupted while replaying generation " + record.generationId());
        }
    }

    /** The prompt that the given text can mean and whose hash is the recorded one. */
    private Optional<Prompt> matching(PromptRecord record, Engine engine, @Nullable String given) {
        Engine.ModelText text = engine.text();
        String hash = record.promptHash();
        if (given == null || text == null || hash == null) {
            return Optional.empty();
        }
        List<ChatMessage> message = List.of(new ChatMessage(ChatMessage.Role.USER, given));
        return Stream.of(
                        new Candidate(new Prompt.Text(given), text.tokenizer().encode(given)),
                        new Candidate(
                                new Prompt.Chat(message), text.chatTemplate().encode(message, List.of(), true)))
                .filter(candidate -> hashes.matches(hash, candidate.ids()))
                .map(Candidate::prompt)
                .findFirst();
    }

    private record Candidate(Prompt prompt, int[] ids) {}

    private ReplayAnswer byHash(Replayer replayer, PromptRecord record, RecordedGeneration recorded, String reader)
            throws InterruptedException {
        List<String> differences = replayer.differences(recorded).stream()
                .filter(difference -> difference.part() != ReplayOutcome.Part.TOKENS)
                .map(PromptReplays::reason)
                .toList();
        if (!differences.isEmpty()) {
            return ReplayAnswer.notComparable(differences);
        }
        String hash = record.answerHash();
        if (hash == null) {
            return ReplayAnswer.notComparable("The record has no answer to compare with");
        }
        GenerationResult replayed = replayer.regenerate(
                recorded, record.tokens().completionTokens(), request -> request.origin(onBehalfOf(reader)));
        if (replayed.error() != null) {
            throw replayed.error();
        }
        return hashes.matches(
                        hash,
                        replayed.tokenIds().stream().mapToInt(Integer::intValue).toArray())
                ? ReplayAnswer.identical(replayed.id())
                : new ReplayAnswer(Outcome.DIVERGED_AT, null, null, List.of(), replayed.id());
    }

    /** What was said is its author's: it is not kept a second time, as the reader's. */
    private static Origin onBehalfOf(String reader) {
        return Origin.UNKNOWN.withUser(reader).withRetention(Origin.TextRetention.NONE);
    }

    private static ReplayAnswer answer(ReplayOutcome outcome) {
        return switch (outcome) {
            case ReplayOutcome.Identical same ->
                ReplayAnswer.identical(same.replayed().id());
            case ReplayOutcome.DivergedAt other ->
                new ReplayAnswer(
                        Outcome.DIVERGED_AT,
                        other.tokenIndex(),
                        other.logProbabilityGap().isPresent()
                                ? other.logProbabilityGap().getAsDouble()
                                : null,
                        List.of(),
                        other.replayed().id());
            case ReplayOutcome.NotComparable not ->
                ReplayAnswer.notComparable(
                        not.differences().stream().map(PromptReplays::reason).toList());
        };
    }

    private static String reason(Difference difference) {
        return difference.part() + ": recorded " + difference.recorded() + ", now " + difference.present();
    }
}
