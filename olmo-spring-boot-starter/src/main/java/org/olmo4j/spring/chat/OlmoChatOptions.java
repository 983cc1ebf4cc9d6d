package org.olmo4j.spring.chat;

import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Origin;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.sampling.SamplingOverrides;
import org.olmo4j.text.ToolFallback;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.DefaultToolCallingChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;

/**
 * Options of a chat request: Spring AI's portable ones and those of the engine. Immutable. Null everywhere means "not set": the model's
 * own generation settings apply, else greedy decoding. Values are in the ranges of {@link SamplingOptions} and {@link GenerationRequest}:
 * options that are not cannot be built.
 *
 * <p>These are tool-calling options so that {@code ChatClient} hands tools over instead of dropping them, and options of structured output
 * so that {@code entity(...)} can hold the answer to the schema of a class.
 */
public final class OlmoChatOptions extends DefaultToolCallingChatOptions implements StructuredOutputChatOptions {

    private final Own own;

    /** Those that are not portable. */
    private record Own(
            @Nullable Long seed,
            @Nullable Double minP,
            @Nullable Double repetitionPenalty,
            @Nullable Map<Integer, Double> logitBias,
            @Nullable Integer logProbabilities,
            @Nullable String user,
            @Nullable String session,
            @Nullable String conversation,
            @Nullable TextRetention logContent,
            @Nullable String cacheSalt,
            @Nullable Boolean ignoreEndOfText,
            @Nullable JsonSchema outputSchema,
            @Nullable ToolFallback toolFallback) {}

    private OlmoChatOptions(ToolCallingChatOptions portable, Builder builder) {
        super(
                portable.getToolCallbacks(),
                portable.getToolContext(),
                portable.getModel(),
                portable.getFrequencyPenalty(),
                portable.getMaxTokens(),
                portable.getPresencePenalty(),
                portable.getStopSequences(),
                portable.getTemperature(),
                portable.getTopK(),
                portable.getTopP());
        this.own = new Own(
                builder.seed,
                builder.minP,
                builder.repetitionPenalty,
                builder.logitBias,
                builder.logProbabilities,
                builder.user,
                builder.session,
                builder.conversation,
                builder.logContent,
                builder.cacheSalt,
                builder.ignoreEndOfText,
                builder.outputSchema == null ? null : JsonSchema.parse(builder.outputSchema),
                builder.toolFallback);
        request(new Prompt.Text(""), SamplingOptions.GREEDY);
    }

    /**
     * Starts options in which nothing is set.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The options as this class holds them.
     *
     * @param options of any class; of another model's, the portable values and the tools are taken, since what else it has is not known
     *     here
     * @return the same, if they are of this class
     * @throws InvalidRequestException naming an option that is out of its range
     */
    public static OlmoChatOptions of(ChatOptions options) {
        if (options instanceof OlmoChatOptions own) {
            return own;
        }
        Builder builder = builder()
                .model(options.getModel())
                .frequencyPenalty(options.getFrequencyPenalty())
                .maxTokens(options.getMaxTokens())
                .presencePenalty(options.getPresencePenalty())
                .stopSequences(options.getStopSequences())
                .temperature(options.getTemperature())
                .topK(options.getTopK())
                .topP(options.getTopP());
        if (options instanceof ToolCallingChatOptions tools) {
            builder.toolCallbacks(tools.getToolCallbacks()).toolContext(tools.getToolContext());
        }
        if (options instanceof StructuredOutputChatOptions structured) {
            builder.outputSchema(structured.getOutputSchema());
        }
        return builder.build();
    }

    /**
     * Seed of the random numbers; the same request with the same seed gives the same answer.
     *
     * @return null to have one drawn, and reported in the response
     */
    public @Nullable Long getSeed() {
        return own.seed;
    }

    /**
     * Drop tokens less probable than this share of the most probable one.
     *
     * @return 0 (off) to 1
     */
    public @Nullable Double getMinP() {
        return own.minP;
    }

    /**
     * Divides positive and multiplies negative logits of tokens in prompt or answer.
     *
     * @return over 0; 1 changes nothing
     */
    public @Nullable Double getRepetitionPenalty() {
        return own.repetitionPenalty;
    }

    /**
     * Added to the logits of single tokens.
     *
     * @return token id to -100 to 100; unmodifiable
     */
    public @Nullable Map<Integer, Double> getLogitBias() {
        return own.logitBias;
    }

    /**
     * Report the log-probability of each generated token and of this many alternatives.
     *
     * @return 0 to 100; null for none
     */
    public @Nullable Integer getLogProbabilities() {
        return own.logProbabilities;
    }

    /**
     * Who asks, for accounting.
     *
     * @return null if unknown
     */
    public @Nullable String getUser() {
        return own.user;
    }

    /**
     * The session of the user, for records of the request.
     *
     * @return null if unknown
     */
    public @Nullable String getSession() {
        return own.session;
    }

    /**
     * The conversation that the request belongs to, for records of it.
     *
     * @return null if unknown
     */
    public @Nullable String getConversation() {
        return own.conversation;
    }

    /**
     * The most that the prompt log may keep of the texts of prompt and answer.
     *
     * @return null for what the operator has set
     */
    public @Nullable TextRetention getLogContent() {
        return own.logContent;
    }

    /**
     * Only requests with an equal salt share the keys and values of a prompt, so that nobody can tell by the time of an answer what others
     * asked.
     *
     * @return null: shared with all that have none
     */
    public @Nullable String getCacheSalt() {
        return own.cacheSalt;
    }

    /**
     * Whether generation goes on over the model's end-of-text token, up to the token limit.
     *
     * @return null as false
     */
    public @Nullable Boolean getIgnoreEndOfText() {
        return own.ignoreEndOfText;
    }

    /**
     * The JSON schema that the answer is held to: it parses and conforms unless the token limit cuts it.
     *
     * @return without white space; null for any text
     */
    @Override
    public @Nullable String getOutputSchema() {
        return own.outputSchema == null ? null : own.outputSchema.text();
    }

    /**
     * What becomes of tools where the model's chat template knows none.
     *
     * @return null as {@link ToolFallback#REFUSE}
     */
    public @Nullable ToolFallback getToolFallback() {
        return own.toolFallback;
    }

    /**
     * A request with these options.
     *
     * @param prompt what to continue
     * @param defaults how tokens are drawn where these options leave it open
     * @throws InvalidRequestException naming an option out of its range
     */
    GenerationRequest request(Prompt prompt, SamplingOptions defaults) {
        GenerationRequest.Builder request = GenerationRequest.builder(prompt)
                .sampling(sampling(defaults))
                .ignoreEndOfText(Boolean.TRUE.equals(own.ignoreEndOfText))
                .cacheSalt(own.cacheSalt)
                .origin(origin());
        ifSet(getStopSequences(), request::stopStrings);
        ifSet(getMaxTokens(), request::maxTokens);
        ifSet(own.seed, request::seed);
        ifSet(own.logProbabilities, request::topLogProbabilities);
        ifSet(own.outputSchema, request::jsonSchema);
        return request.build();
    }

    /** What these options say of where the request comes from. */
    private Origin origin() {
        return new Origin(
                own.user,
                own.session,
                own.conversation,
                null,
                Objects.requireNonNullElse(own.logContent, TextRetention.FULL));
    }

    private SamplingOptions sampling(SamplingOptions defaults) {
        return new SamplingOverrides(
                        getTemperature(),
                        getTopK(),
                        getTopP(),
                        own.minP,
                        own.repetitionPenalty,
                        getFrequencyPenalty(),
                        getPresencePenalty(),
                        own.logitBias)
                .over(defaults);
    }

    private static <T> void ifSet(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    @Override
    public Builder mutate() {
        return new Builder()
                .model(getModel())
                .frequencyPenalty(getFrequencyPenalty())
                .maxTokens(getMaxTokens())
                .presencePenalty(getPresencePenalty())
                .stopSequences(getStopSequences())
                .temperature(getTemperature())
                .topK(getTopK())
                .topP(getTopP())
                .toolCallbacks(getToolCallbacks())
                .toolContext(getToolContext())
                .seed(own.seed)
                .minP(own.minP)
                .repetitionPenalty(own.repetitionPenalty)
                .logitBias(own.logitBias)
                .logProbabilities(own.logProbabilities)
                .user(own.user)
                .session(own.session)
                .conversation(own.conversation)
                .logContent(own.logContent)
                .cacheSalt(own.cacheSalt)
                .ignoreEndOfText(own.ignoreEndOfText)
                .outputSchema(getOutputSchema())
                .toolFallback(own.toolFallback);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other) && other instanceof OlmoChatOptions that && own.equals(that.own);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), own);
    }

    /** Builds {@link OlmoChatOptions}; not thread-safe. */
    public static final class Builder extends DefaultToolCallingChatOptions.Builder<Builder>
            implements StructuredOutputChatOptions.Builder<Builder> {

        private @Nullable Long seed;
        private @Nullable Double minP;
        private @Nullable Double repetitionPenalty;
        private @Nullable Map<Integer, Double> logitBias;
        private @Nullable Integer logProbabilities;
        private @Nullable String user;
        private @Nullable String session;
        private @Nullable String conversation;
        private @Nullable TextRetention logContent;
        private @Nullable String cacheSalt;
        private @Nullable Boolean ignoreEndOfText;
        private @Nullable String outputSchema;
        private @Nullable ToolFallback toolFallback;

        private Builder() {}

        /**
         * Sets the seed of the random numbers.
         *
         * @param value null to have one drawn
         * @return this
         */
        public Builder seed(@Nullable Long value) {
            this.seed = value;
            return this;
        }

        /**
         * Sets the least share of the most probable token's probability.
         *
         * @param value 0 (off) to 1
         * @return this
         */
        public Builder minP(@Nullable Double value) {
            this.minP = value;
            return this;
        }

        /**
         * Sets the penalty on tokens that occurred.
         *
         * @param value over 0; 1 changes nothing
         * @return this
         */
        public Builder repetitionPenalty(@Nullable Double value) {
            this.repetitionPenalty = value;
            return this;
        }

        /**
         * Sets what is added to the logits of single tokens.
         *
         * @param value token id to -100 to 100
         * @return this
         */
        public Builder logitBias(@Nullable Map<Integer, Double> value) {
            this.logitBias = value == null ? null : Map.copyOf(value);
            return this;
        }

        /**
         * Asks for log-probabilities.
         *
         * @param value number of alternatives for each token, 0 to 100; null for none at all
         * @return this
         */
        public Builder logProbabilities(@Nullable Integer value) {
            this.logProbabilities = value;
            return this;
        }

        /**
         * Sets who asks.
         *
         * @param value null if unknown
         * @return this
         */
        public Builder user(@Nullable String value) {
            this.user = value;
            return this;
        }

        /**
         * Sets the session of the user, for records of the request.
         *
         * @param value null if unknown
         * @return this
         */
        public Builder session(@Nullable String value) {
            this.session = value;
            return this;
        }

        /**
         * Sets the conversation that the request belongs to, for records of it.
         *
         * @param value null if unknown
         * @return this
         */
        public Builder conversation(@Nullable String value) {
            this.conversation = value;
            return this;
        }

        /**
         * Sets the most that the prompt log may keep of the texts of prompt and answer.
         *
         * @param value lessens what the operator has set; null for that
         * @return this
         */
        public Builder logContent(@Nullable TextRetention value) {
            this.logContent = value;
            return this;
        }

        /**
         * Sets with whom the prompt's keys and values may be shared.
         *
         * @param value null: with all requests that have no salt
         * @return this
         */
        public Builder cacheSalt(@Nullable String value) {
            this.cacheSalt = value;
            return this;
        }

        /**
         * Sets whether the model's end-of-text token is passed over.
         *
         * @param value null as false
         * @return this
         */
        public Builder ignoreEndOfText(@Nullable Boolean value) {
            this.ignoreEndOfText = value;
            return this;
        }

        /**
         * Sets the JSON schema that the answer is held to.
         *
         * @param value as {@link JsonSchema#parse} takes it; null for any text
         * @return this
         */
        @Override
        public Builder outputSchema(@Nullable String value) {
            this.outputSchema = value;
            return this;
        }

        /**
         * Sets what becomes of tools where the model's chat template knows none.
         *
         * @param value null as {@link ToolFallback#REFUSE}
         * @return this
         */
        public Builder toolFallback(@Nullable ToolFallback value) {
            this.toolFallback = value;
            return this;
        }

        /**
         * Takes over what is set in other options: stop sequences and tools are added to those here, everything else replaces what is
         * here.
         *
         * @param other any options' builder; one of another model gives its portable values
         * @return this
         */
        @Override
        public Builder combineWith(ChatOptions.Builder<?> other) {
            Builder that =
                    other instanceof Builder own ? own : of(other.build()).mutate();
            super.combineWith(that);
            seed = that.seed != null ? that.seed : seed;
            minP = that.minP != null ? that.minP : minP;
            repetitionPenalty = that.repetitionPenalty != null ? that.repetitionPenalty : repetitionPenalty;
            logitBias = that.logitBias != null ? that.logitBias : logitBias;
            logProbabilities = that.logProbabilities != null ? that.logProbabilities : logProbabilities;
            user = that.user != null ? that.user : user;
            session = that.session != null ? that.session : session;
            conversation = that.conversation != null ? that.conversation : conversation;
            logContent = that.logContent != null ? that.logContent : logContent;
            cacheSalt = that.cacheSalt != null ? that.cacheSalt : cacheSalt;
            ignoreEndOfText = that.ignoreEndOfText != null ? that.ignoreEndOfText : ignoreEndOfText;
            outputSchema = that.outputSchema != null ? that.outputSchema : outputSchema;
            toolFallback = that.toolFallback != null ? that.toolFallback : toolFallback;
            return this;
        }

        /**
         * Makes the options.
         *
         * @return the options
         * @throws InvalidRequestException naming an option that is out of its range
         */
        @Override
        public OlmoChatOptions build() {
            return new OlmoChatOptions(super.build(), this);
        }
    }
}
