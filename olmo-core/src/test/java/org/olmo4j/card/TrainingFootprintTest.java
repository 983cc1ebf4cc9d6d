package org.olmo4j.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.olmo4j.energy.carbon.CarbonBasis;
import org.olmo4j.energy.carbon.CarbonIntensity;
import org.olmo4j.energy.carbon.PowerUsage;

/** Expected values are the card's, and arithmetic by hand. */
class TrainingFootprintTest {

    private static final TrainingFootprint OLMO_7B = footprint("OLMo 7B");
    private static final TrainingFootprint TWIN = footprint("OLMo 7B Twin 2T");

    @Test
    void theCardsTonnesIncludeAPowerUsageOf1Point1() {
        // 104 x 1.1 = 114.4; x 0.656 = 75.0464
        assertThat(OLMO_7B.locationBasedTonnes().orElseThrow()).isCloseTo(75.0464, within(1e-9));
        assertThat(OLMO_7B.published().tonnes()).isEqualTo(75.05);
        assertThat(OLMO_7B.marketBasedTonnes()).isEmpty();
    }

    @Test
    void withoutItTheyWereFewer() {
        // 104 x 0.656 = 68.224
        TrainingFootprint itOnly = new TrainingFootprint(
                "OLMo 7B",
                "A100",
                104,
                "card",
                PowerUsage.IT_ONLY,
                Optional.of(new CarbonIntensity(656, CarbonBasis.LOCATION_BASED, "there", "card")),
                Optional.empty(),
                OLMO_7B.published());

        assertThat(itOnly.locationBasedTonnes().orElseThrow()).isCloseTo(68.224, within(1e-9));
    }

    @Test
    void lumisZeroIsMarketBasedAndStandsBesideWhatItsGridEmitted() {
        // 135 x 1.1 = 148.5; x 0.079158 = 11.754963
        assertThat(TWIN.marketBasedTonnes()).hasValue(0.0);
        assertThat(TWIN.marketBased().orElseThrow().basis()).isEqualTo(CarbonBasis.MARKET_BASED);
        assertThat(TWIN.locationBasedTonnes().orElseThrow()).isCloseTo(11.754963, within(1e-9));
    }

    @Test
    void theArithmeticIsShown() {
        assertThat(OLMO_7B.arithmetic())
                .startsWith("104 MWh x PUE 1.1 x 0.656 kg/kWh = 75.05 t (LOCATION_BASED,")
                .contains("model card of allenai/OLMo-7B-hf");
        assertThat(TWIN.arithmetic().lines())
                .hasSize(2)
                .anyMatch(
                        line -> line.contains("135 MWh x PUE 1.1 x 0.079158 kg/kWh = 11.75 t (LOCATION_BASED, Finland"))
                .anyMatch(line -> line.contains("= 0.00 t (MARKET_BASED, LUMI"));
    }

    @Test
    void useIsAShareOfTraining() {
        // 750.464 g of 75.0464 t are a hundred-thousandth.
        assertThat(OLMO_7B.share(750.464).orElseThrow()).isCloseTo(1e-5, within(1e-15));
    }

    @Test
    void theCardsModels() {
        assertThat(ModelCards.olmo1().models())
                .containsExactly(
                        new ModelCard.Model("OLMo 1B", 3_000_000_000_000L, 16, 2048, 16, 2048),
                        new ModelCard.Model("OLMo 7B", 2_500_000_000_000L, 32, 4096, 32, 2048),
                        new ModelCard.Model("OLMo 7B Twin 2T", 2_000_000_000_000L, 32, 4096, 32, 2048));
    }

    private static TrainingFootprint footprint(String run) {
        return ModelCards.olmo1().training().stream()
                .filter(training -> training.run().equals(run))
                .findFirst()
                .orElseThrow();
    }
}
