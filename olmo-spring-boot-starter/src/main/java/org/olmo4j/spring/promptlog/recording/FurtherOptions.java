package org.olmo4j.spring.promptlog.recording;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationRequest.PromptScoring;
import org.olmo4j.sampling.SamplingOptions;
import tools.jackson.databind.json.JsonMapper;

/**
 * Options of a request that have no column of their own, kept as one JSON object. What is text, or stands for it, is only counted here: it belongs to the
 * texts, which are encrypted or not kept. Null is what was left open.
 *
 * @param minP of sampling
 * @param repetitionPenalty of sampling
 * @param frequencyPenalty of sampling
 * @param presencePenalty of sampling
 * @param logitBiases how many tokens had one
 * @param stopStrings how many there were
 * @param stopIds how many the request had beside the model's own
 * @param ignoreEndOfText whether the model's own stop ids were passed over
 * @param logProbabilities how many of the most probable tokens were asked for
 * @param jsonSchemaHash keyed hash of the schema's hash; null without a schema, or if no hashes are kept
 * @param jsonSchema whether the answer was held to one
 * @param promptScoringFrom first token of the prompt that was scored
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FurtherOptions(
        @Nullable Double minP,
        @Nullable Double repetitionPenalty,
        @Nullable Double frequencyPenalty,
        @Nullable Double presencePenalty,
        @Nullable Integer logitBiases,
        @Nullable Integer stopStrings,
        @Nullable Integer stopIds,
        @Nullable Boolean ignoreEndOfText,
        @Nullable Integer logProbabilities,
        @Nullable Boolean jsonSchema,
        @Nullable String jsonSchemaHash,
        @Nullable Integer promptScoringFrom) {

    private static final FurtherOptions NONE =
            new FurtherOptions(null, null, null, null, null, null, null, null, null, null, null, null);
    private static final SamplingOptions UNSET = SamplingOptions.GREEDY;
    private static final JsonMapper JSON = JsonMapper.shared();

    /**
     * Of a request.
     *
     * @param request what was asked
     * @param sampling as the model has filled it in; null if that is not known
     * @param schemaHash keeps the hash of a schema; null: it is not kept
     */
    static FurtherOptions of(
            GenerationRequest request, @Nullable SamplingOptions sampling, @Nullable UnaryOperator<String> schemaHash) {
        SamplingOptions drawn = sampling == null ? UNSET : sampling;
        OptionalInt logProbabilities = request.topLogProbabilities();
        return new FurtherOptions(
                unless(UNSET.minP(), drawn.minP()),
                unless(UNSET.repetitionPenalty(), drawn.repetitionPenalty()),
                unless(UNSET.frequencyPenalty(), drawn.frequencyPenalty()),
                unless(UNSET.presencePenalty(), drawn.presencePenalty()),
                unless(0, drawn.logitBias().size()),
                unless(0, request.stopStrings().size()),
                unless(0, request.stopIds().size()),
                unless(false, request.ignoreEndOfText()),
                logProbabilities.isPresent() ? logProbabilities.getAsInt() : null,
                unless(false, request.jsonSchema().isPresent()),
                schemaHash == null
                        ? null
                        : request.jsonSchema()
                                .map(JsonSchema::hash)
                                .map(schemaHash)
                                .orElse(null),
                request.promptScoring().map(PromptScoring::from).orElse(null));
    }

    private static <T> @Nullable T unless(T unset, T value) {
        return value.equals(unset) ? null : value;
    }

    /** One JSON object; null if nothing is set. */
    @Nullable
    String write() {
        return equals(NONE) ? null : JSON.writeValueAsString(this);
    }

    /**
     * Reads what a record has.
     *
     * @param json as it was kept; null if nothing was set
     * @return the options
     */
    public static FurtherOptions parse(@Nullable String json) {
        return json == null ? NONE : JSON.readValue(json, FurtherOptions.class);
    }

    /**
     * What decided the tokens, but is not in a record without texts.
     *
     * @return for people, with counts; empty if the record has all
     */
    public List<String> notTold() {
        List<String> all = new ArrayList<>();
        addCount(all, stopStrings, "stop strings");
        addCount(all, stopIds, "stop ids");
        addCount(all, logitBiases, "logit biases");
        return List.copyOf(all);
    }

    private static void addCount(List<String> all, @Nullable Integer count, String what) {
        if (count != null) {
            all.add(count + " " + what);
        }
    }
}
