package org.olmo4j.spring.openai;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Origin;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.sampling.SamplingOverrides;
import tools.jackson.databind.JsonNode;

/**
 * The request fields that both kinds of completion share. Those that OpenAI does not have (top_k, min_p, repetition_penalty,
 * stop_token_ids, ignore_eos, min_tokens, cache_salt) are named as other servers name them.
 */
interface GenerationFields {

    /** Fields of official clients that have no meaning for a model in the same process. */
    Set<String> IGNORED = Set.of("metadata", "service_tier", "prompt_cache_key", "prompt_cache_retention");

    /** Fields that are not supported, with the values that ask for nothing. */
    Map<String, Predicate<JsonNode>> NEUTRAL = Map.of(
            "best_of",
            GenerationFields::isOne,
            "use_beam_search",
            value -> value.isBoolean() && !value.booleanValue(),
            "skip_special_tokens",
            value -> value.isBoolean() && value.booleanValue());

    @Nullable
    String model();

    @Nullable
    Boolean stream();

    @Nullable
    StreamOptions streamOptions();

    @Nullable
    Double temperature();

    @Nullable
    Integer topK();

    @Nullable
    Double topP();

    @Nullable
    Double minP();

    @Nullable
    Double repetitionPenalty();

    @Nullable
    Double frequencyPenalty();

    @Nullable
    Double presencePenalty();

    @Nullable
    Map<Integer, Double> logitBias();

    @Nullable
    Long seed();

    @Nullable
    List<String> stop();

    @Nullable
    List<Integer> stopTokenIds();

    @Nullable
    Boolean ignoreEos();

    @Nullable
    Integer minTokens();

    @Nullable
    Integer n();

    @Nullable
    String cacheSalt();

    /** Whether the client lets its texts be kept; it can only ask for less than the operator has set. */
    @Nullable
    Boolean store();

    @Nullable
    String user();

    @Nullable
    String safetyIdentifier();

    /**
     * What a stream carries beside the answer.
     *
     * @param includeUsage whether the last chunk has the token counts
     * @param continuousUsageStats whether every chunk has those so far
     * @param includeObfuscation of no meaning here
     */
    record StreamOptions(
            @Nullable Boolean includeUsage,
            @Nullable Boolean continuousUsageStats,
            @Nullable Boolean includeObfuscation) {}

    default boolean streaming() {
        return Boolean.TRUE.equals(stream());
    }

    default boolean usageAtTheEnd() {
        StreamOptions options = streamOptions();
        return options != null && Boolean.TRUE.equals(options.includeUsage());
    }

    default boolean usageInEveryChunk() {
        StreamOptions options = streamOptions();
        return usageAtTheEnd() && options != null && Boolean.TRUE.equals(options.continuousUsageStats());
    }

    /** How many choices each prompt gets. */
    default int samples(int most) {
        Integer n = n();
        if (n == null) {
            return 1;
        }
        if (n < 1 || n > most) {
            throw ApiError.invalid("n", "n is " + n + "; allowed: 1 to " + most + ".");
        }
        return n;
    }

    /** Sets what the fields say; an authenticated caller goes before what the client calls its user. */
    default void applyTo(GenerationRequest.Builder request, SamplingOptions defaults, Origin caller) {
        requireNoMinimum();
        request.sampling(sampling().over(defaults));
        Long seed = seed();
        if (seed != null) {
            request.seed(seed);
        }
        request.stopStrings(Objects.requireNonNullElse(stop(), List.of()));
        request.stopIds(Set.copyOf(Objects.requireNonNullElse(stopTokenIds(), List.of())));
        request.ignoreEndOfText(Boolean.TRUE.equals(ignoreEos()));
        String salt = cacheSalt();
        if (salt != null && salt.isEmpty()) {
            throw ApiError.invalid("cache_salt", "cache_salt is empty; leave it out to share the cache.");
        }
        request.cacheSalt(salt);
        request.origin(caller.withUser(Stream.of(caller.user(), user(), safetyIdentifier())
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null))
                .withRetention(Boolean.FALSE.equals(store()) ? TextRetention.NONE : TextRetention.FULL));
    }

    /** How tokens are drawn; -1 is how vLLM's clients say that top_k is off. */
    private SamplingOverrides sampling() {
        Integer topK = topK();
        return new SamplingOverrides(
                temperature(),
                topK != null && topK == -1 ? Integer.valueOf(0) : topK,
                topP(),
                minP(),
                repetitionPenalty(),
                frequencyPenalty(),
                presencePenalty(),
                logitBias());
    }

    /** Load generators send a minimum beside ignore_eos, where it is met anyway; the engine knows no other. */
    private void requireNoMinimum() {
        Integer minimum = minTokens();
        boolean met = minimum == null
                || minimum == 0
                || (Boolean.TRUE.equals(ignoreEos()) && stop() == null && stopTokenIds() == null);
        if (!met) {
            throw ApiError.invalid(
                    "min_tokens",
                    "min_tokens is " + minimum + "; it is supported only beside ignore_eos and without stop.",
                    "unsupported_parameter");
        }
    }

    private static boolean isOne(JsonNode value) {
        return value.isInt() && value.intValue() == 1;
    }
}
