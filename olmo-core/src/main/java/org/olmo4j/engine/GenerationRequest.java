package org.olmo4j.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.SamplingOptions;

/**
 * What a caller asks of the engine. Built by {@link #builder(Prompt)}; immutable.
 *
 * @param prompt what to continue
 * @param sampling how tokens are drawn; null takes the model's defaults (generation_config.json, else greedy)
 * @param maxTokens most tokens to generate, 0 or more; empty: as many as context and key/value cache hold
 * @param stopStrings texts that end the generation and are not shown, at most 16 of 1 to 1024 characters each
 * @param stopIds token ids that end the generation beside the model's own; their text is not shown
 * @param ignoreEndOfText whether the model's own end-of-text ids do not end it
 * @param seed of the random numbers; empty: the engine draws one and reports it
 * @param topLogProbabilities by the model's raw logits, before any sampling option: for each generated token, list its log-probability and that of this many alternatives (0 to 100); empty: none
 * @param promptScoring asks the same for tokens of the prompt; empty: none
 * @param deadlines how long it may take; the engine's own stand in for those it leaves open
 * @param sampleIndex which of several samples with the same seed this is, 0 or more: each draws other random numbers
 * @param cacheSalt only requests with an equal salt share a prompt's keys and values, so that nobody can tell by the time of an answer what
 *     others asked; null: shared with all that have none
 * @param jsonSchema what the answer has to conform to; it is then exactly one JSON value, or the beginning of one where the token limit cuts it.
 *     Ends with {@link FinishReason#STOP} as soon as nothing more can follow. Not together with stop strings, stop ids or
 *     {@code ignoreEndOfText}, which could cut it or let it run on
 * @param origin who asks, and in what; for listeners
 * @param replayOf id of the generation that this one repeats, so that listeners know it for a replay; empty if it is none
 * @param attempt whose attempt this is, where it may be one of several at the same answer; empty: the engine draws an id, and time begins now
 */
public record GenerationRequest(
        Prompt prompt,
        @Nullable SamplingOptions sampling,
        OptionalInt maxTokens,
        List<String> stopStrings,
        Set<Integer> stopIds,
        boolean ignoreEndOfText,
        OptionalLong seed,
        OptionalInt topLogProbabilities,
        Optional<PromptScoring> promptScoring,
        Deadlines deadlines,
        int sampleIndex,
        @Nullable String cacheSalt,
        Optional<JsonSchema> jsonSchema,
        Origin origin,
        Optional<String> replayOf,
        Optional<Attempt> attempt) {

    private static final int MAX_STOP_STRINGS = 16;
    /** The engine thread, which all callers share, looks for them after each token. */
    private static final int MAX_STOP_CHARACTERS = 1024;

    /** Checks ranges and copies the collections. */
    public GenerationRequest {
        stopStrings = List.copyOf(stopStrings);
        stopIds = Set.copyOf(stopIds);
        require(maxTokens.orElse(0) >= 0, "max_tokens", maxTokens.orElse(0), "0 or more");
        require(
                stopStrings.size() <= MAX_STOP_STRINGS,
                "stop",
                stopStrings.size() + " strings",
                "at most " + MAX_STOP_STRINGS);
        for (String stop : stopStrings) {
            require(
                    !stop.isEmpty() && stop.length() <= MAX_STOP_CHARACTERS,
                    "stop",
                    "a string of " + stop.length() + " characters",
                    "1 to " + MAX_STOP_CHARACTERS + " characters");
        }
        requireTop("logprobs", topLogProbabilities);
        require(sampleIndex >= 0, "sample_index", sampleIndex, "0 or more");
        if (jsonSchema.isPresent()) {
            requireAlone(stopStrings.isEmpty(), "stop");
            requireAlone(stopIds.isEmpty(), "stop_ids");
            requireAlone(!ignoreEndOfText, "ignore_end_of_text");
        }
    }

    /**
     * One of several attempts at the same answer, as where a device fails and the next one takes over. All have one id, and deadlines and timings
     * count from the first.
     *
     * @param id of the generation, unique in this JVM; the further ones of several samples have ids that follow from it
     * @param received when the first attempt was submitted
     * @param elapsed since then
     */
    public record Attempt(String id, Instant received, Duration elapsed) {

        /** The id of a sample. */
        String id(int sample) {
            return GenerationId.ofSample(id, sample);
        }
    }

    /**
     * Asks for log-probabilities of a prompt's tokens.
     *
     * @param from place of the first token that is scored, 1 or more: the first of all follows nothing. Tokens that lie well before it may come
     *     from the prefix cache
     * @param top how many alternatives to list for each, 0 to 100
     */
    public record PromptScoring(int from, int top) {

        /** The whole prompt. */
        public static final int FROM_START = 1;

        /** Checks ranges. */
        public PromptScoring {
            require(from >= 1, "prompt_logprobs_from", from, "1 or more");
            require(top >= 0 && top <= 100, "prompt_logprobs", top, "0 to 100");
        }
    }

    /**
     * Starts a request.
     *
     * @param prompt what to continue
     * @return a builder with the model's defaults
     */
    public static Builder builder(Prompt prompt) {
        return new Builder(prompt);
    }

    /**
     * Starts from this request.
     *
     * @return a builder
     */
    public Builder mutate() {
        Builder builder = new Builder(prompt);
        builder.sampling = sampling;
        builder.maxTokens = maxTokens;
        builder.stopStrings = stopStrings;
        builder.stopIds = stopIds;
        builder.ignoreEndOfText = ignoreEndOfText;
        builder.seed = seed;
        builder.topLogProbabilities = topLogProbabilities;
        builder.promptScoring = promptScoring;
        builder.deadlines = deadlines;
        builder.sampleIndex = sampleIndex;
        builder.cacheSalt = cacheSalt;
        builder.jsonSchema = jsonSchema;
        builder.origin = origin;
        builder.replayOf = replayOf;
        builder.attempt = attempt;
        return builder;
    }

    private static void requireTop(String parameter, OptionalInt top) {
        int count = top.orElse(0);
        require(count >= 0 && count <= 100, parameter, count, "0 to 100");
    }

    private static void requireAlone(boolean absent, String parameter) {
        if (!absent) {
            throw new InvalidRequestException(
                    parameter,
                    parameter + " is set together with json_schema, which alone says where the answer ends",
                    "Leave one of them out");
        }
    }

    private static void require(boolean condition, String parameter, Object value, String range) {
        if (!condition) {
            throw new InvalidRequestException(parameter, parameter + " is " + value, "Allowed: " + range);
        }
    }

    /** Builds a {@link GenerationRequest}; not thread-safe. */
    public static final class Builder {
        private final Prompt prompt;
        private @Nullable SamplingOptions sampling;
        private OptionalInt maxTokens = OptionalInt.empty();
        private List<String> stopStrings = List.of();
        private Set<Integer> stopIds = Set.of();
        private boolean ignoreEndOfText;
        private OptionalLong seed = OptionalLong.empty();
        private OptionalInt topLogProbabilities = OptionalInt.empty();
        private Optional<PromptScoring> promptScoring = Optional.empty();
        private Deadlines deadlines = Deadlines.NONE;
        private int sampleIndex;
        private @Nullable String cacheSalt;
        private Optional<JsonSchema> jsonSchema = Optional.empty();
        private Origin origin = Origin.UNKNOWN;
        private Optional<String> replayOf = Optional.empty();
        private Optional<Attempt> attempt = Optional.empty();

        private Builder(Prompt prompt) {
            this.prompt = prompt;
        }

        /**
         * Sets how tokens are drawn.
         *
         * @param value null for the model's defaults
         * @return this
         */
        public Builder sampling(@Nullable SamplingOptions value) {
            sampling = value;
            return this;
        }

        /**
         * Sets the most tokens to generate.
         *
         * @param value 0 or more
         * @return this
         */
        public Builder maxTokens(int value) {
            maxTokens = OptionalInt.of(value);
            return this;
        }

        /**
         * Sets the texts that end the generation.
         *
         * @param value at most 16 of 1 to 1024 characters each
         * @return this
         */
        public Builder stopStrings(List<String> value) {
            stopStrings = value;
            return this;
        }

        /**
         * Sets further ids that end the generation.
         *
         * @param value token ids
         * @return this
         */
        public Builder stopIds(Set<Integer> value) {
            stopIds = value;
            return this;
        }

        /**
         * Sets whether the model's own end-of-text ids do not end it.
         *
         * @param value true to run on
         * @return this
         */
        public Builder ignoreEndOfText(boolean value) {
            ignoreEndOfText = value;
            return this;
        }

        /**
         * Sets the seed of the random numbers.
         *
         * @param value any
         * @return this
         */
        public Builder seed(long value) {
            seed = OptionalLong.of(value);
            return this;
        }

        /**
         * Asks for log-probabilities of generated tokens.
         *
         * @param value number of alternatives, 0 to 100
         * @return this
         */
        public Builder topLogProbabilities(int value) {
            topLogProbabilities = OptionalInt.of(value);
            return this;
        }

        /**
         * Asks for log-probabilities of all tokens of the prompt but the first.
         *
         * @param top number of alternatives, 0 to 100
         * @return this
         */
        public Builder promptTopLogProbabilities(int top) {
            return promptScoring(new PromptScoring(PromptScoring.FROM_START, top));
        }

        /**
         * Asks for log-probabilities of the prompt's last tokens.
         *
         * @param value from where on, and how much
         * @return this
         */
        public Builder promptScoring(PromptScoring value) {
            promptScoring = Optional.of(value);
            return this;
        }

        /**
         * Sets how long it may take.
         *
         * @param value deadlines
         * @return this
         */
        public Builder deadlines(Deadlines value) {
            deadlines = value;
            return this;
        }

        /**
         * Sets which of several samples with the same seed this is.
         *
         * @param value 0 or more
         * @return this
         */
        public Builder sampleIndex(int value) {
            sampleIndex = value;
            return this;
        }

        /**
         * Sets with whom the prompt's keys and values may be shared.
         *
         * @param value null: with all requests that have no salt
         * @return this
         */
        public Builder cacheSalt(@Nullable String value) {
            cacheSalt = value;
            return this;
        }

        /**
         * Holds the answer to a schema.
         *
         * @param value what it has to conform to
         * @return this
         */
        public Builder jsonSchema(JsonSchema value) {
            jsonSchema = Optional.of(value);
            return this;
        }

        /**
         * Sets who asks.
         *
         * @param value null if unknown
         * @return this
         */
        public Builder user(@Nullable String value) {
            return origin(origin.withUser(value));
        }

        /**
         * Sets where it comes from.
         *
         * @param value the user as well
         * @return this
         */
        public Builder origin(Origin value) {
            origin = value;
            return this;
        }

        /**
         * Marks it as a replay.
         *
         * @param value id of the generation that is repeated
         * @return this
         */
        public Builder replayOf(String value) {
            replayOf = Optional.of(value);
            return this;
        }

        /**
         * Marks it as an attempt at an answer.
         *
         * @param value with the id of the answer; null: a request of its own
         * @return this
         */
        public Builder attempt(@Nullable Attempt value) {
            attempt = Optional.ofNullable(value);
            return this;
        }

        /**
         * Builds the request.
         *
         * @return it
         * @throws InvalidRequestException if a value is out of its range
         */
        public GenerationRequest build() {
            return new GenerationRequest(
                    prompt,
                    sampling,
                    maxTokens,
                    stopStrings,
                    stopIds,
                    ignoreEndOfText,
                    seed,
                    topLogProbabilities,
                    promptScoring,
                    deadlines,
                    sampleIndex,
                    cacheSalt,
                    jsonSchema,
                    origin,
                    replayOf,
                    attempt);
        }
    }
}
