package org.olmo4j.card;

import java.util.List;
import java.util.Optional;
import org.olmo4j.energy.carbon.CarbonBasis;
import org.olmo4j.energy.carbon.CarbonIntensity;
import org.olmo4j.energy.carbon.PowerUsage;
import org.olmo4j.spec.Family;
import org.olmo4j.spec.OlmoSpec;

/** The cards that this library knows. */
public final class ModelCards {

    private static final String CARD = "model card of allenai/OLMo-7B-hf";

    private static final PowerUsage CARD_FACILITY =
            new PowerUsage(1.1, "not on the card: its 75.05 t are 104 MWh x 1.1 x 0.656, without it they were 68.22 t");

    private ModelCards() {}

    /**
     * The card of a model's release.
     *
     * @param spec of the model
     * @return with the sizes that have its shape; empty if this library knows none, or its shape is not one of the release
     */
    public static Optional<ModelCard> of(OlmoSpec spec) {
        return spec.family() == Family.OLMO ? olmo1().of(spec) : Optional.empty();
    }

    /**
     * OLMo 1B, 7B and 7B Twin 2T of 2024.
     *
     * @return the facts of their card, and for LUMI what the grid there emitted beside the card's 0*
     */
    public static ModelCard olmo1() {
        return new ModelCard(
                "OLMo",
                "Allen Institute for AI (Ai2)",
                "Apache-2.0",
                "February/March 2023",
                "https://huggingface.co/allenai/OLMo-7B-hf",
                List.of(
                        new ModelCard.Model("OLMo 1B", 3_000_000_000_000L, 16, 2048, 16, 2048),
                        new ModelCard.Model("OLMo 7B", 2_500_000_000_000L, 32, 4096, 32, 2048),
                        new ModelCard.Model("OLMo 7B Twin 2T", 2_000_000_000_000L, 32, 4096, 32, 2048)),
                List.of(twin(), olmo7b()),
                List.of(
                        "Without a safety filter it is easily made to write harmful or sensitive text, and may do so,"
                                + " or show bias, without being asked to",
                        "Many facts that it states are not true and have to be checked"));
    }

    private static TrainingFootprint twin() {
        return new TrainingFootprint(
                "OLMo 7B Twin 2T",
                "MI250X at the LUMI supercomputer, Finland",
                135,
                CARD,
                new PowerUsage(1.1, "as in the card's figure for OLMo 7B"),
                Optional.of(new CarbonIntensity(
                        79.158,
                        CarbonBasis.LOCATION_BASED,
                        "Finland",
                        "Our World in Data (Ember), year 2023, edition of 2024")),
                Optional.of(new CarbonIntensity(
                        0, CarbonBasis.MARKET_BASED, "LUMI", CARD + ": 0*, hydropower that was bought")),
                new TrainingFootprint.Published(
                        0, "0* on the card: market-based, and no statement about the grid's emissions", CARD));
    }

    private static TrainingFootprint olmo7b() {
        return new TrainingFootprint(
                "OLMo 7B",
                "A100-40GB at MosaicML",
                104,
                CARD,
                CARD_FACILITY,
                Optional.of(new CarbonIntensity(656, CarbonBasis.LOCATION_BASED, "MosaicML's data centre", CARD)),
                Optional.empty(),
                new TrainingFootprint.Published(75.05, "includes a PUE of 1.1, which the card does not show", CARD));
    }
}
