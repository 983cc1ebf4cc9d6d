package org.olmo4j.spring.promptlog.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
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
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.admin.ReplayAnswer.Outcome;
import org.olmo4j.spring.promptlog.document.AnswerDocument;
import org.olmo4j.spring.promptlog.document.PromptDocument;
import org.olmo4j.spring.promptlog.identity.PromptHashes;
import org.olmo4j.spring.promptlog.recording.FurtherOptions;
import org.olmo4j.text.ChatMessage;

/**
 * Asks recorded prompts again. A prompt and a JSON schema that are not kept have to be given, and are checked by their keyed hashes; an answer that is not
 * kept is compared by its own. Thread-safe.
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
     * @param given what the caller knows of those that are not kept
     * @param check of whether what is given is what was recorded
     * @param reader on whose behalf
     * @throws org.olmo4j.error.OlmoException if the engine cannot run it now
     */
    ReplayAnswer replay(PromptRecord record, PromptTexts texts, GivenTexts given, GuessCheck check, String reader) {
        String finish = record.outcome().finishReason();
        if (record.settings().replayKey() == null || finish == null) {
            return ReplayAnswer.notComparable("The generation did not come so far as to have a replay key");
        }
        Optional<Engine> engine = engines.apply(record.model().modelName());
        if (engine.isEmpty()) {
            return ReplayAnswer.notComparable(
                    "The model '" + record.model().modelName() + "' is not hosted by this application");
        }
        Asked asked;
        try {
            PromptDocument kept = texts.prompt();
            asked = kept != null && kept.replayKey() != null
                    ? Asked.kept(kept, kept.replayKey())
                    : given(record, engine.get(), given, check);
        } catch (NotKeptException missing) {
            return ReplayAnswer.notComparable(missing.reason());
        }
        AnswerDocument answer = texts.answer();
        List<Integer> tokenIds = answer == null ? null : answer.tokenIds();
        RecordedGeneration recorded = new RecordedGeneration(
                record.generationId(),
                asked.key(),
                asked.prompt(),
                Objects.requireNonNullElse(tokenIds, List.of()),
                List.of(),
                asked.schema(),
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

    /** Checks a guess of what was asked, and keeps account of that. */
    @FunctionalInterface
    interface GuessCheck {

        /** True if it is right. */
        boolean isRight(BooleanSupplier guess);
    }

    /** All that is needed to ask again. */
    private record Asked(ReplayKey key, Prompt prompt, Optional<JsonSchema> schema) {

        static Asked kept(PromptDocument document, String key) {
            return new Asked(
                    ReplayKey.parse(key),
                    document.toPrompt(),
                    Optional.ofNullable(document.jsonSchema()).map(JsonSchema::parse));
        }

        Asked withSchema(JsonSchema heldTo) {
            ReplayKey.Settings settings = key.settings();
            return new Asked(
                    new ReplayKey(
                            key.model(),
                            new ReplayKey.Settings(
                                    settings.sampling(),
                                    settings.maxTokens(),
                                    settings.stopStrings(),
                                    settings.stopIds(),
                                    Optional.of(heldTo.hash()),
                                    settings.seed(),
                                    settings.sampleIndex()),
                            key.promptHash()),
                    prompt,
                    Optional.of(heldTo));
        }
    }

    /** What is needed to ask again is not there. */
    private static final class NotKeptException extends Exception {

        private static final long serialVersionUID = 1L;

        private final String reason;

        NotKeptException(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    private Asked given(PromptRecord record, Engine engine, GivenTexts given, GuessCheck check)
            throws NotKeptException {
        FurtherOptions options = FurtherOptions.parse(record.settings().options());
        if (!options.notTold().isEmpty()) {
            throw new NotKeptException("The request had " + String.join(" and ", options.notTold())
                    + ", which are kept with its texts only; they are not kept");
        }
        if (record.promptHash() == null) {
            throw new NotKeptException("The request asked that nothing of its texts be kept, so no hash of them is");
        }
        String text = given.prompt();
        if (text == null) {
            throw new NotKeptException("The prompt is not kept as it was; give it as prompt");
        }
        boolean held = options.jsonSchema() != null;
        String schemaText = held ? given.jsonSchema() : null;
        if (held && schemaText == null) {
            throw new NotKeptException("The JSON schema of the answer is not kept as it was; give it as jsonSchema");
        }
        Optional<JsonSchema> schema = Optional.ofNullable(schemaText).map(JsonSchema::parse);
        List<Prompt> right = new ArrayList<>();
        boolean known = check.isRight(() -> {
            matching(record, engine, text).ifPresent(right::add);
            return !right.isEmpty()
                    && schema.map(guessed -> isHash(options.jsonSchemaHash(), guessed))
                            .orElse(true);
        });
        if (!known) {
            throw new NotKeptException(
                    held
                            ? "The given prompt and JSON schema are not both the recorded ones"
                            : "The given prompt is not the recorded one");
        }
        Asked asked = new Asked(
                ReplayKey.parse(Objects.requireNonNull(record.settings().replayKey())),
                right.getFirst(),
                Optional.empty());
        return schema.map(asked::withSchema).orElse(asked);
    }

    private boolean isHash(@Nullable String hash, JsonSchema guessed) {
        return hash != null && hashes.matches(hash, guessed.hash());
    }

    /** The prompt that the given text can mean and whose hash is the recorded one. */
    private Optional<Prompt> matching(PromptRecord record, Engine engine, String given) {
        Engine.ModelText text = engine.text();
        String hash = record.promptHash();
        if (text == null || hash == null) {
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
