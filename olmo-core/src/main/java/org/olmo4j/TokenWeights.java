package org.olmo4j;

import org.olmo4j.backend.WeightType;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.OlmoSpec;

/** How many bytes of weights one token's way through the model reads. Norms and biases are left out; they are too small to matter. */
final class TokenWeights {

    /** 32 integers of 8 bits and a scale of 16, and the like of 4 bits. */
    private static final double INT8_BYTES = 34.0 / 32;

    private static final double INT4_BYTES = 18.0 / 32;

    private TokenWeights() {}

    /**
     * Of a model.
     *
     * @param checkpoint of the model
     * @param type as which its matrices are held
     * @return over 0
     */
    static long bytes(Checkpoint checkpoint, WeightType type) {
        return Math.round(elements(checkpoint.spec()) * elementBytes(checkpoint, type));
    }

    private static double elementBytes(Checkpoint checkpoint, WeightType type) {
        return switch (type) {
            case STORED -> checkpoint.storedType().bytes();
            case F32 -> Float.BYTES;
            case BF16, F16 -> Short.BYTES;
            case INT8 -> INT8_BYTES;
            case INT4 -> INT4_BYTES;
        };
    }

    /** Projections of attention, the feed-forward network or the experts that are chosen, and the output head. */
    static double elements(OlmoSpec spec) {
        double hidden = spec.hiddenSize();
        double queries = (double) spec.attentionHeads() * spec.headSize();
        double keysAndValues = 2.0 * spec.keyValueHeads() * spec.headSize();
        double feedForward = 3
                * hidden
                * switch (spec.feedForward()) {
                    case FeedForward.Dense dense -> dense.intermediateSize();
                    case FeedForward.MixtureOfExperts experts ->
                        (double) experts.expertsPerToken() * experts.intermediateSize();
                };
        return spec.layers().size() * (hidden * (2 * queries + keysAndValues) + feedForward)
                + hidden * spec.vocabularySize();
    }
}
