package org.olmo4j.card;

import java.util.List;
import java.util.Optional;
import org.olmo4j.energy.carbon.CarbonBasis;
import org.olmo4j.energy.carbon.CarbonIntensity;
import org.olmo4j.energy.carbon.PowerUsage;
import org.olmo4j.spec.Family;
import org.olmo4j.spec.OlmoSpec;

/**
 * The cards that this library knows, of the pages that they name as their source. Shapes are those of the checkpoints' config.json.
 */
public final class ModelCards {

    private static final String HUB = "https://huggingface.co/allenai/";
    private static final String CARD = "model card of allenai/OLMo-7B-hf";
    private static final String DEVELOPER = "Allen Institute for AI (Ai2)";
    private static final String LICENCE = "Apache-2.0";
    private static final long BILLION = 1_000_000_000L;
    private static final List<String> LIMITS = List.of(
            "Without a safety filter it is easily made to write harmful or sensitive text, and may do so,"
                    + " or show bias, without being asked to",
            "Many facts that it states are not true and have to be checked");

    private static final PowerUsage CARD_FACILITY =
            new PowerUsage(1.1, "not on the card: its 75.05 t are 104 MWh x 1.1 x 0.656, without it they were 68.22 t");

    private ModelCards() {}

    /**
     * The card of a model's release.
     *
     * @param spec of the model
     * @return with the sizes that have its shape; empty if this library knows none, or its shape is not one of a release
     */
    public static Optional<ModelCard> of(OlmoSpec spec) {
        return releases(spec.family()).stream()
                .flatMap(release -> release.of(spec).stream())
                .findFirst();
    }

    /** No two releases of a family have a shape in common. */
    private static List<ModelCard> releases(Family family) {
        return switch (family) {
            case OLMO -> List.of(olmo1(), olmo0724());
            case OLMO2 -> List.of(olmo2());
            case OLMO3 -> List.of(olmo3());
            case OLMOE -> List.of(olmoe());
        };
    }

    /**
     * OLMo 1B, 7B and 7B Twin 2T of February 2024.
     *
     * @return the facts of their card, and for LUMI what the grid there emitted beside the card's 0*
     */
    public static ModelCard olmo1() {
        return new ModelCard(
                "OLMo",
                DEVELOPER,
                LICENCE,
                Optional.of("February/March 2023"),
                HUB + "OLMo-7B-hf",
                List.of(
                        new ModelCard.Model("OLMo 1B", 3_000 * BILLION, 16, 2048, 16, 2048),
                        new ModelCard.Model("OLMo 7B", 2_500 * BILLION, 32, 4096, 32, 2048),
                        new ModelCard.Model("OLMo 7B Twin 2T", 2_000 * BILLION, 32, 4096, 32, 2048)),
                List.of(twin(), olmo7b()),
                LIMITS);
    }

    /**
     * OLMo 7B of April 2024 (first called 1.7), and OLMo 1B and 7B of July 2024, whose context is twice as long as before.
     *
     * @return the facts of the July card; the tokens of April are those of the card of allenai/OLMo-1.7-7B
     */
    public static ModelCard olmo0724() {
        return new ModelCard(
                "OLMo of April and July 2024",
                DEVELOPER,
                LICENCE,
                Optional.of("October 2023, most of them February/March 2023"),
                HUB + "OLMo-7B-0724-hf",
                List.of(
                        new ModelCard.Model("OLMo 1B July 2024", 3_050 * BILLION, 16, 2048, 16, 4096),
                        new ModelCard.Model("OLMo 7B July 2024", 2_750 * BILLION, 32, 4096, 32, 4096),
                        new ModelCard.Model("OLMo 7B April 2024", 2_050 * BILLION, 32, 4096, 32, 4096)),
                List.of(),
                LIMITS);
    }

    /**
     * OLMo 2 1B, 7B, 13B and 32B of November 2024 to April 2025.
     *
     * @return the facts of the latest of their cards, which has all sizes
     */
    public static ModelCard olmo2() {
        return new ModelCard(
                "OLMo 2",
                DEVELOPER,
                LICENCE,
                Optional.of("December 2023"),
                HUB + "OLMo-2-0425-1B",
                List.of(
                        new ModelCard.Model("OLMo 2 1B", 4_000 * BILLION, 16, 2048, 16, 4096),
                        new ModelCard.Model("OLMo 2 7B", 4_000 * BILLION, 32, 4096, 32, 4096),
                        new ModelCard.Model("OLMo 2 13B", 5_000 * BILLION, 40, 5120, 40, 4096),
                        new ModelCard.Model("OLMo 2 32B", 6_000 * BILLION, 64, 5120, 40, 4096)),
                List.of(),
                LIMITS);
    }

    /**
     * Olmo 3 7B and 32B of November 2025.
     *
     * @return the facts of their card; tokens are those of the first stage of training
     */
    public static ModelCard olmo3() {
        return new ModelCard(
                "Olmo 3",
                DEVELOPER,
                LICENCE,
                Optional.of("December 2024"),
                HUB + "Olmo-3-1125-32B",
                List.of(
                        new ModelCard.Model("Olmo 3 7B", 5_930 * BILLION, 32, 4096, 32, 65536),
                        new ModelCard.Model("Olmo 3 32B", 5_500 * BILLION, 64, 5120, 40, 65536)),
                List.of(),
                LIMITS);
    }

    /**
     * OLMoE 1B-7B of September 2024 and January 2025, of which the second is an improvement of the first.
     *
     * @return the facts of the January card, which names no cutoff of its data; its tokens are 5,033 billion, and 100 billion of annealing. The limits
     *     are those that the other cards state of any language model
     */
    public static ModelCard olmoe() {
        return new ModelCard(
                "OLMoE",
                DEVELOPER,
                LICENCE,
                Optional.empty(),
                HUB + "OLMoE-1B-7B-0125",
                List.of(new ModelCard.Model("OLMoE 1B-7B", 5_133 * BILLION, 16, 2048, 16, 4096)),
                List.of(),
                LIMITS);
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
