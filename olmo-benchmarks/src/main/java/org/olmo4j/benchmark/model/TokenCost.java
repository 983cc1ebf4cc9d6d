package org.olmo4j.benchmark.model;

import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.OlmoSpec;

/**
 * What a token costs, by the shape of a model. The conventions are those of llama.cpp's figures in common use: attention over the context
 * is left out, and the output head counts where it is computed.
 *
 * @param parameters all weights of the matrices
 * @param layerWeights weights of the layers' matrices that one token is multiplied with
 * @param headWeights weights of the output head
 * @param dense whether all tokens of a step read the same weights; false for a mixture of experts
 */
public record TokenCost(long parameters, long layerWeights, long headWeights, boolean dense) {

    /**
     * The costs of a model.
     *
     * @param spec of the model
     * @return what its tokens cost
     */
    public static TokenCost of(OlmoSpec spec) {
        long hidden = spec.hiddenSize();
        long attention = 2 * hidden * spec.queryWidth() + 2 * hidden * spec.keyValueWidth();
        long network = 3 * hidden * spec.feedForward().intermediateSize();
        long head = hidden * spec.vocabularySize();
        long stored = 0;
        long used = 0;
        switch (spec.feedForward()) {
            case FeedForward.Dense dense -> {
                stored = network;
                used = network;
            }
            case FeedForward.MixtureOfExperts mixture -> {
                long router = hidden * mixture.experts();
                stored = router + mixture.experts() * network;
                used = router + mixture.expertsPerToken() * network;
            }
        }
        return new TokenCost(
                spec.layerCount() * (attention + stored) + (spec.tiedEmbeddings() ? head : 2 * head),
                spec.layerCount() * (attention + used),
                head,
                spec.feedForward() instanceof FeedForward.Dense);
    }

    /**
     * Multiplications and additions for one token of a prompt, whose logits nobody needs.
     *
     * @return floating point operations
     */
    public double prefillOperations() {
        return 2.0 * layerWeights;
    }

    /**
     * What a decode step reads of the weights: each matrix once, whatever the number of sequences. Beside INT4 layers the output head is INT8.
     *
     * @param format how the weights are held
     * @return bytes
     */
    public double decodeStepBytes(WeightFormat format) {
        WeightFormat head = format == WeightFormat.INT4 ? WeightFormat.INT8 : format;
        return layerWeights * format.bytesPerWeight() + headWeights * head.bytesPerWeight();
    }
}
