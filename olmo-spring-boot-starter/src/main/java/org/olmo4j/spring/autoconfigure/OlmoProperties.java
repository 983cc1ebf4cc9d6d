package org.olmo4j.spring.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.KeyValueType;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.WeightType;
import org.olmo4j.engine.Deadlines;
import org.olmo4j.engine.EngineOptions;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.hub.ModelSource;
import org.olmo4j.spring.chat.OlmoChatOptions;
import org.olmo4j.text.ToolFallback;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * Keys under {@code olmo}. Immutable.
 *
 * @param model Location of the model: a folder with config.json, tokenizer.json and safetensors files, or classpath: and a directory.
 * @param name Public name of the model, shown in responses and metrics. Last part of the location unless set.
 * @param backend Backend to run the model on, or several in the order in which they are tried. The fastest one available for auto.
 * @param weights Form in which the model's weights are held. Others than stored are converted while the model is loaded.
 * @param embeddingWeights Form of the token embedding and the output head. That of the weights unless set, or int8 beside int4.
 * @param engine Bounds of the engine.
 * @param chat Options of prompts that bring none.
 * @param load How the application waits for a model.
 * @param health What the application's health says of a model.
 * @param models Further models by name, each with the keys model, name, backend, weights, embedding-weights, engine and chat.
 * @param primary Name of the model among several that is taken unless asked. Not needed beside olmo.model.
 */
@ConfigurationProperties("olmo")
public record OlmoProperties(
        @Nullable String model,
        @Nullable String name,
        @DefaultValue("auto") String backend,
        @DefaultValue("stored") WeightType weights,
        @Nullable WeightType embeddingWeights,
        @DefaultValue Engine engine,
        @DefaultValue Chat chat,
        @DefaultValue Load load,
        @DefaultValue Health health,
        @DefaultValue Map<String, ModelProperties> models,
        @Nullable String primary) {

    private static final String FALLBACK_NAME = "olmo";

    /**
     * Checks that every model can be told from the others.
     *
     * @throws InvalidConfigurationPropertyValueException naming the key of what is wrong
     */
    public OlmoProperties {
        models = Map.copyOf(models);
        requireOnePrimary(model, primary, models);
        requireDistinctNames(model == null ? null : publicName(model, name), models);
    }

    private static void requireOnePrimary(
            @Nullable String model, @Nullable String primary, Map<String, ModelProperties> models) {
        if (primary != null && StringUtils.hasText(model)) {
            throw new InvalidConfigurationPropertyValueException(
                    "olmo.primary", primary, "The model of olmo.model is the primary one. Set one of both.");
        }
        if (primary != null && !models.containsKey(primary)) {
            throw new InvalidConfigurationPropertyValueException(
                    "olmo.primary", primary, "There is no olmo.models." + primary + ", but " + models.keySet() + ".");
        }
        if (primary == null && !StringUtils.hasText(model) && models.size() > 1) {
            throw new InvalidConfigurationPropertyValueException(
                    "olmo.primary",
                    null,
                    "Name the one of the models " + models.keySet() + " that is taken unless asked.");
        }
    }

    private static void requireDistinctNames(@Nullable String unnamed, Map<String, ModelProperties> models) {
        Map<String, String> keys = new HashMap<>();
        if (unnamed != null) {
            keys.put(unnamed, "olmo.model");
        }
        models.forEach((key, properties) -> {
            String other = keys.putIfAbsent(properties.publicName(key), "olmo.models." + key);
            if (other != null) {
                throw new InvalidConfigurationPropertyValueException(
                        "olmo.models." + key + ".name",
                        properties.publicName(key),
                        "This is the name of " + other + " too.");
            }
        });
    }

    /** The model that has no name in the configuration. */
    ModelProperties unnamed() {
        return new ModelProperties(model, publicName(), backend, weights, embeddingWeights, engine, chat);
    }

    /** The name in the configuration of the model that is taken unless asked; null if it is the one of {@code olmo.model}. */
    @Nullable
    String primaryKey() {
        if (StringUtils.hasText(model)) {
            return null;
        }
        return primary == null && models.size() == 1
                ? models.keySet().iterator().next()
                : primary;
    }

    /**
     * The name by which the model of {@code olmo.model} is known outside.
     *
     * @return {@code olmo.name}, else the last part of {@code olmo.model}; never a path
     */
    public String publicName() {
        return publicName(model, name);
    }

    private static String publicName(@Nullable String model, @Nullable String name) {
        if (StringUtils.hasText(name)) {
            return name;
        }
        return model == null ? FALLBACK_NAME : lastPart(model);
    }

    private static String lastPart(String location) {
        if (location.startsWith(ModelSource.CLASSPATH_PREFIX)) {
            String[] parts =
                    location.substring(ModelSource.CLASSPATH_PREFIX.length()).split("/");
            return parts.length == 0 || parts[parts.length - 1].isEmpty() ? FALLBACK_NAME : parts[parts.length - 1];
        }
        Path last = Path.of(location).toAbsolutePath().normalize().getFileName();
        return last == null ? FALLBACK_NAME : last.toString();
    }

    /**
     * Keys under {@code olmo.load}.
     *
     * @param startWait Time that the start of the application waits for a model to be loaded. A load that takes longer goes on in the background.
     * @param requestWait Time that a request waits for a model that is still being loaded, before it is refused.
     * @param weightFolder Folder for converted weights, so that the next start maps them instead of converting. Not kept unless set.
     * @param contentHashFolder Folder for hashes of the models' contents, so that the next start need not read all weights to have them. Not kept unless set.
     */
    public record Load(
            @DefaultValue("5s") Duration startWait,
            @DefaultValue("0s") @Name("wait") Duration requestWait,
            @Nullable Path weightFolder,
            @Nullable Path contentHashFolder) {}

    /**
     * Keys under {@code olmo.health}.
     *
     * @param inReadiness Whether the application is not ready while a model is being loaded or drained, or cannot answer.
     */
    public record Health(@DefaultValue("false") boolean inReadiness) {}

    /**
     * Keys under {@code olmo.engine}.
     *
     * @param maxRunning Most requests that run at once, 1 to 1024.
     * @param maxQueued Most requests that wait for a place, 0 to 100000. Further ones are refused.
     * @param maxPromptTokens Most tokens of the prompts of all requests that run or wait. A request that is alone is let in however long it is.
     * @param prefillChunkTokens Most prompt tokens that one step processes, 1 to 65536.
     * @param stepTimeBudget Time of a step when other requests run or wait, up to 1 minute. Prompts are cut into pieces accordingly.
     * @param prefixCache Whether prompts that begin with the same tokens share keys and values over time.
     * @param threads Compute threads, up to 1024. Chosen by the backend for 0.
     * @param kvCacheSize Memory for keys and values of all requests. Chosen by the backend unless set.
     * @param kvCacheType Form in which keys and values are kept; bf16 takes half the memory.
     * @param queueTimeout Time after which a request that still waits is ended. None unless set.
     * @param firstTokenTimeout Time after which a request without a first token is ended. None unless set.
     * @param totalTimeout Time after which a request is ended. None unless set.
     * @param releaseTimeout Time that the end of an answer waits for listeners, such as a log.
     * @param drainTimeout Time that running requests have to end before the application does, or before a model is loaded again.
     */
    public record Engine(
            @DefaultValue("8") int maxRunning,
            @DefaultValue("64") int maxQueued,
            @DefaultValue("1000000") long maxPromptTokens,
            @DefaultValue("256") int prefillChunkTokens,
            @DefaultValue("200ms") Duration stepTimeBudget,
            @DefaultValue("true") boolean prefixCache,
            @DefaultValue("0") int threads,
            @Nullable DataSize kvCacheSize,
            @DefaultValue("f32") KeyValueType kvCacheType,
            @Nullable Duration queueTimeout,
            @Nullable Duration firstTokenTimeout,
            @Nullable Duration totalTimeout,
            @DefaultValue("2s") Duration releaseTimeout,
            @DefaultValue("10s") Duration drainTimeout) {

        private static final String PREFIX = "olmo.engine.";
        private static final Map<String, String> KEYS = Map.ofEntries(
                Map.entry("maxRunning", "max-running"),
                Map.entry("maxQueued", "max-queued"),
                Map.entry("maxPromptTokens", "max-prompt-tokens"),
                Map.entry("prefillChunkTokens", "prefill-chunk-tokens"),
                Map.entry("stepTimeBudget", "step-time-budget"),
                Map.entry("threads", "threads"),
                Map.entry("keyValueCacheBytes", "kv-cache-size"),
                Map.entry("queue deadline", "queue-timeout"),
                Map.entry("first-token deadline", "first-token-timeout"),
                Map.entry("total deadline", "total-timeout"),
                Map.entry("releaseTimeout", "release-timeout"));

        /**
         * The engine's bounds.
         *
         * @return checked options
         * @throws InvalidConfigurationPropertyValueException naming the key out of its range
         */
        public EngineOptions options() {
            return checked(
                    PREFIX,
                    KEYS,
                    () -> new EngineOptions(
                            maxRunning,
                            maxQueued,
                            maxPromptTokens,
                            prefillChunkTokens,
                            stepTimeBudget,
                            prefixCache,
                            new Deadlines(
                                    Optional.ofNullable(queueTimeout),
                                    Optional.ofNullable(firstTokenTimeout),
                                    Optional.ofNullable(totalTimeout)),
                            releaseTimeout));
        }

        /**
         * How the backend holds the model: steps are long enough for a chunk of every request that runs.
         *
         * @return checked options
         * @throws InvalidConfigurationPropertyValueException naming the key out of its range
         */
        public LoadOptions loadOptions() {
            EngineOptions engine = options();
            int stepTokens =
                    Math.max(LoadOptions.DEFAULT.maxStepTokens(), engine.prefillChunkTokens() + engine.maxRunning());
            return checked(
                    PREFIX,
                    KEYS,
                    () -> LoadOptions.builder()
                            .threads(threads)
                            .keyValueCacheBytes(kvCacheSize == null ? 0 : kvCacheSize.toBytes())
                            .maxStepTokens(Math.min(stepTokens, 65_536))
                            .maxStepRows(engine.maxRunning())
                            .keyValues(kvCacheType)
                            .build());
        }
    }

    /**
     * Keys under {@code olmo.chat}.
     *
     * @param temperature Divisor of the logits, 0 to 100. Greedy for 0. From the model's generation_config.json unless set.
     * @param topK Number of most probable tokens to draw from. All for 0.
     * @param topP Draw from the smallest set of tokens whose probabilities reach this sum, over 0 to 1.
     * @param minP Drop tokens less probable than this share of the most probable one, 0 to 1.
     * @param maxTokens Most tokens of an answer. As many as the context holds unless set.
     * @param stopSequences Comma-separated list of texts that end an answer and are not shown, at most 16.
     * @param repetitionPenalty Divisor of the logits of tokens that occurred, over 0 to 100. Off for 1.
     * @param frequencyPenalty Subtracted from a token's logit for each time it was generated, -2 to 2.
     * @param presencePenalty Subtracted from the logit of tokens that were generated, -2 to 2.
     * @param logitBias Added to the logits of single tokens, by token id, -100 to 100.
     * @param seed Seed of the random numbers. Drawn for each request unless set.
     * @param logProbabilities Number of alternatives to report with each token's log-probability, 0 to 100. None reported unless set.
     * @param user Name that requests are accounted to.
     * @param ignoreEndOfText Whether answers go on over the model's end-of-text token.
     * @param toolFallback Treatment of tools where the model's chat template knows none. Refused unless set.
     */
    public record Chat(
            @Nullable Double temperature,
            @Nullable Integer topK,
            @Nullable Double topP,
            @Nullable Double minP,
            @Nullable Integer maxTokens,
            @Nullable List<String> stopSequences,
            @Nullable Double repetitionPenalty,
            @Nullable Double frequencyPenalty,
            @Nullable Double presencePenalty,
            @Nullable Map<Integer, Double> logitBias,
            @Nullable Long seed,
            @Nullable Integer logProbabilities,
            @Nullable String user,
            @Nullable Boolean ignoreEndOfText,
            @Nullable ToolFallback toolFallback) {

        private static final String PREFIX = "olmo.chat.";
        private static final Map<String, String> KEYS =
                Map.of("stop", "stop-sequences", "logprobs", "log-probabilities");

        /**
         * The options.
         *
         * @return checked options
         * @throws InvalidConfigurationPropertyValueException naming the key out of its range
         */
        public OlmoChatOptions options() {
            return checked(
                    PREFIX,
                    KEYS,
                    () -> OlmoChatOptions.builder()
                            .temperature(temperature)
                            .topK(topK)
                            .topP(topP)
                            .minP(minP)
                            .maxTokens(maxTokens)
                            .stopSequences(stopSequences)
                            .repetitionPenalty(repetitionPenalty)
                            .frequencyPenalty(frequencyPenalty)
                            .presencePenalty(presencePenalty)
                            .logitBias(logitBias)
                            .seed(seed)
                            .logProbabilities(logProbabilities)
                            .user(user)
                            .ignoreEndOfText(ignoreEndOfText)
                            .toolFallback(toolFallback)
                            .build());
        }
    }

    /** Names the key of a value that the engine finds out of range. */
    static <T> T checked(String prefix, Map<String, String> keys, Supplier<T> conversion) {
        try {
            return conversion.get();
        } catch (InvalidRequestException e) {
            String key = keys.getOrDefault(
                    e.parameter(), e.parameter().toLowerCase(Locale.ROOT).replace('_', '-'));
            throw new InvalidConfigurationPropertyValueException(
                    prefix + key, null, e.problem() + ". " + e.hint() + ".", e);
        }
    }
}
