package org.olmo4j.spring.promptlog;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.olmo4j.energy.Provenance;

/**
 * What is kept of a generation, but its text. Times are kept to the microsecond, and all text is such that a database takes it: U+0000 and lone
 * surrogates become U+FFFD, and names of more than {@value #LONGEST_NAME} characters are cut, with a hash of the whole behind.
 *
 * @param id UUID of version 7; its order is that of time
 * @param generationId as the caller knows it
 * @param instance of the application that ran it
 * @param caller who asked, and where
 * @param model what answered
 * @param times when things happened
 * @param settings what was asked for
 * @param tokens how many
 * @param outcome what came of it
 * @param energy what it cost
 * @param contentState what became of its text
 * @param promptHash keyed hash of the prompt, to check a prompt that is offered for a replay; null if none is kept
 * @param answerHash keyed hash of the answer, to compare a replay with; null if none is kept
 * @param repaired whether a text in it or in its content was not kept as it was
 */
public record PromptRecord(
        UUID id,
        String generationId,
        String instance,
        Caller caller,
        AnsweringModel model,
        Times times,
        Settings settings,
        TokenCounts tokens,
        Outcome outcome,
        EnergyUse energy,
        ContentState contentState,
        @Nullable String promptHash,
        @Nullable String answerHash,
        boolean repaired) {

    /** In characters. */
    public static final int LONGEST_NAME = 255;

    /** Makes all text storable. */
    public PromptRecord {
        Objects.requireNonNull(id, "id");
        Repair repair = new Repair();
        generationId = repair.name(generationId);
        instance = repair.name(instance);
        promptHash = repair.optionalName(promptHash);
        answerHash = repair.optionalName(answerHash);
        caller = caller.mapped(repair::optionalName);
        model = model.mapped(repair::optionalName);
        settings = settings.mapped(repair::text);
        outcome = outcome.mapped(repair::text);
        repaired = repaired || repair.changed;
    }

    /** Remembers whether there was anything to do. */
    private static final class Repair {
        private boolean changed;

        String name(String value) {
            return Objects.requireNonNull(optionalName(value), "name");
        }

        @Nullable
        String optionalName(@Nullable String value) {
            return noted(value, value == null ? null : StorableText.fitted(value, LONGEST_NAME));
        }

        @Nullable
        String text(@Nullable String value) {
            return noted(value, value == null ? null : StorableText.repaired(value));
        }

        private @Nullable String noted(@Nullable String before, @Nullable String after) {
            changed |= !Objects.equals(before, after);
            return after;
        }
    }

    /**
     * Who asked, and where. Each is null if it is not known or not kept.
     *
     * @param userKey what stands for the user
     * @param userKind what that is
     * @param sessionKey what stands for the session, of the same kind
     * @param conversation what stands for the conversation, of the same kind
     * @param traceId of the distributed trace
     * @param replayOf generation that this one repeats
     */
    public record Caller(
            @Nullable String userKey,
            UserKind userKind,
            @Nullable String sessionKey,
            @Nullable String conversation,
            @Nullable String traceId,
            @Nullable String replayOf) {

        /** Nobody. */
        public static final Caller UNKNOWN = new Caller(null, UserKind.NONE, null, null, null, null);

        private Caller mapped(UnaryOperator<@Nullable String> text) {
            return new Caller(
                    text.apply(userKey),
                    userKind,
                    text.apply(sessionKey),
                    text.apply(conversation),
                    text.apply(traceId),
                    text.apply(replayOf));
        }

        private Caller anonymous() {
            return new Caller(null, UserKind.NONE, null, null, null, replayOf);
        }
    }

    /**
     * What answered.
     *
     * @param modelName public name
     * @param fingerprint of its weights; null if it is not known
     * @param weightType in which they were computed with; null if it is not known
     * @param backend that ran it; null if none did
     */
    public record AnsweringModel(
            String modelName,
            @Nullable String fingerprint,
            @Nullable String weightType,
            @Nullable String backend) {

        private AnsweringModel mapped(UnaryOperator<@Nullable String> text) {
            return new AnsweringModel(
                    Objects.requireNonNull(text.apply(modelName), "modelName"),
                    text.apply(fingerprint),
                    text.apply(weightType),
                    text.apply(backend));
        }
    }

    /**
     * When things happened. Points in time are by the wall clock, durations by the monotonic one. Null for what did not happen, or not yet.
     *
     * @param received it was submitted
     * @param started it left the queue
     * @param firstToken its first token was drawn
     * @param ended its end
     * @param queueMicros microseconds from received to started
     * @param timeToFirstTokenMicros microseconds from received to the first token
     * @param totalMicros microseconds from received to the end
     */
    public record Times(
            Instant received,
            @Nullable Instant started,
            @Nullable Instant firstToken,
            @Nullable Instant ended,
            @Nullable Long queueMicros,
            @Nullable Long timeToFirstTokenMicros,
            @Nullable Long totalMicros) {

        /** Cuts to microseconds. */
        public Times {
            received = received.truncatedTo(ChronoUnit.MICROS);
            started = toMicros(started);
            firstToken = toMicros(firstToken);
            ended = toMicros(ended);
        }

        /**
         * Of what has only been received.
         *
         * @param received when
         * @return the rest is null
         */
        public static Times received(Instant received) {
            return new Times(received, null, null, null, null, null, null);
        }

        private static @Nullable Instant toMicros(@Nullable Instant time) {
            return time == null ? null : time.truncatedTo(ChronoUnit.MICROS);
        }
    }

    /**
     * What was asked for; null where it was left open, or where the request came to nothing before that was known.
     *
     * @param temperature of sampling
     * @param topP of sampling
     * @param topK of sampling
     * @param maxTokens most tokens to generate
     * @param seed of the random numbers
     * @param sampleIndex which of the samples this is, from 0
     * @param options all further options, as one JSON object; of what is text only how many there were
     * @param replayKey all that decided its tokens but what is text
     */
    public record Settings(
            @Nullable Double temperature,
            @Nullable Double topP,
            @Nullable Integer topK,
            @Nullable Integer maxTokens,
            @Nullable Long seed,
            int sampleIndex,
            @Nullable String options,
            @Nullable String replayKey) {

        private Settings mapped(UnaryOperator<@Nullable String> text) {
            return new Settings(
                    temperature, topP, topK, maxTokens, seed, sampleIndex, text.apply(options), text.apply(replayKey));
        }

        /** A keyed hash of the schema is in the options. */
        private Settings withoutTexts() {
            return new Settings(temperature, topP, topK, maxTokens, seed, sampleIndex, null, null);
        }
    }

    /**
     * Tokens.
     *
     * @param promptTokens of the prompt
     * @param cachedTokens of these, found in the prefix cache
     * @param completionTokens generated
     */
    public record TokenCounts(int promptTokens, int cachedTokens, int completionTokens) {

        /** Before anything was encoded. */
        public static final TokenCounts NONE = new TokenCounts(0, 0, 0);
    }

    /**
     * What came of it.
     *
     * @param status how far it came
     * @param finishReason why it ended, as the engine says; null while it runs
     * @param errorType kind of error; null if there was none. No message, which may quote what was asked
     */
    public record Outcome(
            PromptStatus status,
            @Nullable String finishReason,
            @Nullable String errorType) {

        /** It runs. */
        public static final Outcome RUNNING = new Outcome(PromptStatus.RUNNING, null, null);

        private Outcome mapped(UnaryOperator<@Nullable String> text) {
            return new Outcome(status, text.apply(finishReason), text.apply(errorType));
        }
    }

    /**
     * What it cost. What is not known is null, and never 0.
     *
     * @param activeMicrojoules beyond what an idle machine draws
     * @param fullMicrojoules with its share of what an idle machine draws
     * @param energyProvenance how both came about, and the emissions of electricity with them; null if nobody accounted for it
     * @param locationMicrograms of CO2 equivalents, by the grid
     * @param marketMicrograms of CO2 equivalents, by what was bought
     * @param embodiedMicrograms of CO2 equivalents, of making the machine; always as configured
     */
    public record EnergyUse(
            @Nullable Long activeMicrojoules,
            @Nullable Long fullMicrojoules,
            @Nullable Provenance energyProvenance,
            @Nullable Long locationMicrograms,
            @Nullable Long marketMicrograms,
            @Nullable Long embodiedMicrograms) {

        /** Nobody accounted for it. */
        public static final EnergyUse NOT_ACCOUNTED = new EnergyUse(null, null, null, null, null, null);
    }

    /**
     * What may be kept of it after its user was erased: that it was, what it cost, and not whose it was or what was said.
     *
     * @return the record without user, session, conversation, trace, hashes, replay key and further options
     */
    public PromptRecord anonymous() {
        return new PromptRecord(
                id,
                generationId,
                instance,
                caller.anonymous(),
                model,
                times,
                settings.withoutTexts(),
                tokens,
                outcome,
                energy,
                contentState.isKept() ? ContentState.ERASED : contentState,
                null,
                null,
                repaired);
    }

    /**
     * The same, but for what became of its text.
     *
     * @param state of the text
     * @return a copy
     */
    public PromptRecord withContentState(ContentState state) {
        return new PromptRecord(
                id,
                generationId,
                instance,
                caller,
                model,
                times,
                settings,
                tokens,
                outcome,
                energy,
                state,
                promptHash,
                answerHash,
                repaired);
    }

    /**
     * A name as the database keeps it, to search for it.
     *
     * @param name any
     * @return at most {@value #LONGEST_NAME} characters
     */
    public static String storableName(String name) {
        return StorableText.fitted(name, LONGEST_NAME);
    }

    /**
     * A text as the database keeps it.
     *
     * @param text any
     * @return without U+0000 and lone surrogates
     */
    public static String storableText(String text) {
        return StorableText.repaired(text);
    }
}
