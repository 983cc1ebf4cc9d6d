package org.olmo4j.card;

import java.util.List;
import java.util.Optional;
import org.olmo4j.spec.OlmoSpec;

/**
 * The published facts of a release.
 *
 * @param name of the release
 * @param developer who made it
 * @param licence of code and weights
 * @param dataCutoff until when its training data reach; empty if its card does not say
 * @param source where the facts are published
 * @param models of the release
 * @param training what training some of them cost the climate
 * @param limits what users have to reckon with
 */
public record ModelCard(
        String name,
        String developer,
        String licence,
        Optional<String> dataCutoff,
        String source,
        List<Model> models,
        List<TrainingFootprint> training,
        List<String> limits) {

    /** Copies the lists. */
    public ModelCard {
        models = List.copyOf(models);
        training = List.copyOf(training);
        limits = List.copyOf(limits);
    }

    /**
     * The part of the card that holds for the sizes of one shape.
     *
     * @param spec of a model
     * @return the same card with these sizes, which the shape alone does not tell apart, and what training them cost; empty if it has none
     */
    public Optional<ModelCard> of(OlmoSpec spec) {
        List<Model> sizes =
                models.stream().filter(model -> model.hasShapeOf(spec)).toList();
        List<String> names = sizes.stream().map(Model::name).toList();
        return sizes.isEmpty()
                ? Optional.empty()
                : Optional.of(new ModelCard(
                        name,
                        developer,
                        licence,
                        dataCutoff,
                        source,
                        sizes,
                        training.stream()
                                .filter(footprint -> names.contains(footprint.run()))
                                .toList(),
                        limits));
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
            String name, long trainingTokens, int layers, int hiddenSize, int attentionHeads, int contextLength) {

        private boolean hasShapeOf(OlmoSpec spec) {
            return layers == spec.layerCount()
                    && hiddenSize == spec.hiddenSize()
                    && attentionHeads == spec.attentionHeads()
                    && contextLength == spec.contextLength();
        }
    }
}
