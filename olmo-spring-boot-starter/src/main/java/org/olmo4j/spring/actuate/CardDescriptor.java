package org.olmo4j.spring.actuate;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.card.ModelCard;
import org.olmo4j.card.TrainingFootprint;

/**
 * The published facts of the release that a model has the shape of.
 *
 * @param release its name
 * @param developer who made it
 * @param licence of code and weights
 * @param dataCutoff until when its training data reach; absent if its card does not say
 * @param source where the facts are published
 * @param sizes of the release that have the model's shape, which does not tell them apart
 * @param training what training these cost
 * @param limits what users have to reckon with
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CardDescriptor(
        String release,
        String developer,
        String licence,
        @Nullable String dataCutoff,
        String source,
        List<Size> sizes,
        List<Training> training,
        List<String> limits) {

    /**
     * One size.
     *
     * @param name such as OLMo 7B
     * @param trainingTokens seen in training
     */
    public record Size(String name, long trainingTokens) {}

    /**
     * What training a model cost.
     *
     * @param run what was trained
     * @param hardware on what, and where
     * @param megawattHours of the accelerators
     * @param arithmetic from these to tonnes, one line for each basis
     * @param locationBasedTonnes of CO2 equivalents by the grid at the place; absent if not known
     * @param marketBasedTonnes by what was bought; absent if not known
     * @param publishedTonnes as published
     * @param publishedNote what is to be known about that figure
     * @param source where it is published
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Training(
            String run,
            String hardware,
            double megawattHours,
            List<String> arithmetic,
            @Nullable Double locationBasedTonnes,
            @Nullable Double marketBasedTonnes,
            double publishedTonnes,
            String publishedNote,
            String source) {

        static Training of(TrainingFootprint training) {
            return new Training(
                    training.run(),
                    training.hardware(),
                    training.megawattHours(),
                    training.arithmetic().lines().toList(),
                    training.locationBasedTonnes().orElse(null),
                    training.marketBasedTonnes().orElse(null),
                    training.published().tonnes(),
                    training.published().note(),
                    training.published().source());
        }
    }

    static CardDescriptor of(ModelCard card) {
        return new CardDescriptor(
                card.name(),
                card.developer(),
                card.licence(),
                card.dataCutoff().orElse(null),
                card.source(),
                card.models().stream()
                        .map(model -> new Size(model.name(), model.trainingTokens()))
                        .toList(),
                card.training().stream().map(Training::of).toList(),
                card.limits());
    }
}
