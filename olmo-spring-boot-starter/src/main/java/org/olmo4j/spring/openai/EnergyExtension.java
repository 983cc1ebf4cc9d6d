package org.olmo4j.spring.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.energy.EnergyAmount;
import org.olmo4j.energy.carbon.Emission;
import org.olmo4j.energy.carbon.Footprint;

/**
 * What an answer cost. What is not known is absent, and never 0.
 *
 * @param activeJoules beyond what an idle machine draws
 * @param fullJoules with its share of what an idle machine draws
 * @param provenance how the joules came about, such as MODELLED
 * @param covers what of the machine was counted, in alphabetical order
 * @param locationBasedGrams of CO2 equivalents, by the grid at the place
 * @param marketBasedGrams of CO2 equivalents, by what was bought
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record EnergyExtension(
        double activeJoules,
        double fullJoules,
        String provenance,
        List<String> covers,
        @Nullable Double locationBasedGrams,
        @Nullable Double marketBasedGrams) {

    static @Nullable EnergyExtension of(Footprint footprint) {
        EnergyAmount active = footprint.energy().active().orElse(null);
        EnergyAmount full = footprint.energy().full().orElse(null);
        if (active == null || full == null) {
            return null;
        }
        return new EnergyExtension(
                active.joules(),
                full.joules(),
                full.provenance().name(),
                full.covers().stream().map(Enum::name).sorted().toList(),
                footprint.locationBased().map(Emission::grams).orElse(null),
                footprint.marketBased().map(Emission::grams).orElse(null));
    }
}
