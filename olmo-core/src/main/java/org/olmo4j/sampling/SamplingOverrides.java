package org.olmo4j.sampling;

import static java.util.Objects.requireNonNullElse;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a caller says about drawing tokens; the rest is the model's. Every surface that takes single settings resolves them here, so that
 * all mean the same.
 *
 * @param temperature see {@link SamplingOptions}; null leaves it open, as for all others
 * @param topK see {@link SamplingOptions}
 * @param topP see {@link SamplingOptions}
 * @param minP see {@link SamplingOptions}
 * @param repetitionPenalty see {@link SamplingOptions}
 * @param frequencyPenalty see {@link SamplingOptions}
 * @param presencePenalty see {@link SamplingOptions}
 * @param logitBias see {@link SamplingOptions}
 */
public record SamplingOverrides(
        @Nullable Double temperature,
        @Nullable Integer topK,
        @Nullable Double topP,
        @Nullable Double minP,
        @Nullable Double repetitionPenalty,
        @Nullable Double frequencyPenalty,
        @Nullable Double presencePenalty,
        @Nullable Map<Integer, Double> logitBias) {

    /**
     * Fills what is open. Where the model is greedy by default and the caller restricts the tokens to draw from (top-k, top-p or min-p)
     * without a temperature, the temperature is 1: a restriction would mean nothing to a greedy choice.
     *
     * @param defaults of the model
     * @return the settings that hold
     * @throws org.olmo4j.error.InvalidRequestException if a value is out of its range
     */
    public SamplingOptions over(SamplingOptions defaults) {
        boolean drawing = topK != null || topP != null || minP != null;
        double openTemperature = defaults.greedy() && drawing ? 1 : defaults.temperature();
        return new SamplingOptions(
                requireNonNullElse(temperature, openTemperature),
                requireNonNullElse(topK, defaults.topK()),
                requireNonNullElse(topP, defaults.topP()),
                requireNonNullElse(minP, defaults.minP()),
                requireNonNullElse(repetitionPenalty, defaults.repetitionPenalty()),
                requireNonNullElse(frequencyPenalty, defaults.frequencyPenalty()),
                requireNonNullElse(presencePenalty, defaults.presencePenalty()),
                requireNonNullElse(logitBias, defaults.logitBias()));
    }
}
