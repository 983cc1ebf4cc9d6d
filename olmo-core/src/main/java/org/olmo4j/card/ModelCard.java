package org.olmo4j.card;

import java.util.List;

/**
 * The published facts of a release.
 *
 * @param name of the release
 * @param developer who made it
 * @param licence of code and weights
 * @param dataCutoff until when its training data reach
 * @param source where the facts are published
 * @param models of the release
 * @param training what training some of them cost the climate
 */
public record ModelCard(
        String name,
        String developer,
        String licence,
        String dataCutoff,
        String source,
        List<Model> models,
        List<TrainingFootprint> training) {

    /** Copies the lists. */
    public ModelCard {
        models = List.copyOf(models);
        training = List.copyOf(training);
    }

    /**
     * One size.
     *
     * @param name such as {@code OLMo 7B}
     * @param trainingTokens seen in training
     * @param layers of the transformer
     * @param hiddenSize width of the residual stream
     * @param attentionHeads of each layer
     * @param contextLength longest sequence in tokens
     */
    public record Model(
            String name, long trainingTokens, int layers, int hiddenSize, int attentionHeads, int contextLength) {}
}
