package org.olmo4j.sampling;

import java.util.Map;
import org.olmo4j.error.InvalidRequestException;

/**
 * How a token is drawn from logits. The transformations are applied in the order of HuggingFace transformers' {@code generate}: logit
 * bias, repetition penalty, frequency and presence penalty (OpenAI's definition, on generated tokens), temperature, top-k, top-p, min-p.
 *
 * @param temperature divisor of the logits, 0 to 100; 0 is greedy: the highest logit after bias and penalties, the lowest id on a tie
 * @param topK keep the k highest logits (ties with the k-th are kept); 0 keeps all
 * @param topP keep the smallest set of most probable tokens whose probabilities reach this sum, over 0 to 1; 1 keeps all
 * @param minP drop tokens less probable than this share of the most probable one, 0 to 1; 0 keeps all
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens in prompt or output; over 0; 1 changes nothing
 * @param frequencyPenalty subtracted once for each time the token was generated, -2 to 2
 * @param presencePenalty subtracted once from tokens that were generated at all, -2 to 2
 * @param logitBias added to the logits of single token ids, -100 to 100 each
 */
public record SamplingOptions(
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        double frequencyPenalty,
        double presencePenalty,
        Map<Integer, Double> logitBias) {

    /** The highest logit, unchanged. */
    public static final SamplingOptions GREEDY = new SamplingOptions(0, 0, 1, 0, 1, 0, 0, Map.of());

    /** Checks ranges and copies the map. NaN is out of every range. */
    public SamplingOptions {
        require(temperature >= 0 && temperature <= 100, "temperature", temperature, "0 to 100");
        require(topK >= 0, "top_k", topK, "0 (off) or more");
        require(topP > 0 && topP <= 1, "top_p", topP, "over 0 and at most 1");
        require(minP >= 0 && minP <= 1, "min_p", minP, "0 to 1");
        require(
                repetitionPenalty > 0 && repetitionPenalty <= 100,
                "repetition_penalty",
                repetitionPenalty,
                "over 0 and at most 100");
        require(frequencyPenalty >= -2 && frequencyPenalty <= 2, "frequency_penalty", frequencyPenalty, "-2 to 2");
        require(presencePenalty >= -2 && presencePenalty <= 2, "presence_penalty", presencePenalty, "-2 to 2");
        logitBias = Map.copyOf(logitBias);
        logitBias.forEach((id, bias) -> {
            require(id >= 0, "logit_bias", id, "token ids of 0 or more");
            require(bias >= -100 && bias <= 100, "logit_bias", bias, "-100 to 100");
        });
    }

    /**
     * Whether the most probable token is taken without drawing.
     *
     * @return true for temperature 0
     */
    public boolean greedy() {
        return temperature == 0;
    }

    private static void require(boolean condition, String parameter, Number value, String range) {
        if (!condition) {
            throw new InvalidRequestException(parameter, parameter + " is " + value, "Allowed: " + range);
        }
    }
}
