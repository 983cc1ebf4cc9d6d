package org.olmo4j.energy.carbon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.olmo4j.energy.Component;
import org.olmo4j.energy.Provenance;
import org.olmo4j.energy.RequestEnergy;
import org.olmo4j.error.InvalidRequestException;

class CarbonAccountingTest {

    private static final CarbonIntensity GRID = CarbonIntensity.configured(400, CarbonBasis.LOCATION_BASED);
    private static final CarbonIntensity BOUGHT = CarbonIntensity.configured(0, CarbonBasis.MARKET_BASED);
    private static final EmbodiedCarbon SERVER = new EmbodiedCarbon(3_156, Duration.ofDays(1461), 0.5, "as configured");

    @Test
    void gramsAreKilowattHoursTimesOverheadTimesIntensity() {
        // 3,600 J are 0.001 kWh; x 1.5 x 400 = 0.6 g
        Footprint footprint = new CarbonAccounting(
                        new PowerUsage(1.5, "as configured"),
                        Optional.of(() -> GRID),
                        Optional.empty(),
                        Optional.empty())
                .footprint(energy(3_000, 600, Provenance.MEASURED_SHARED), 250);

        Emission emission = footprint.locationBased().orElseThrow();
        assertThat(emission.grams()).isCloseTo(0.6, within(1e-12));
        assertThat(emission.lowGrams()).isCloseTo(0.45, within(1e-12));
        assertThat(emission.highGrams()).isCloseTo(0.75, within(1e-12));
        assertThat(emission.provenance()).isEqualTo(Provenance.MEASURED_SHARED);
        assertThat(emission.basis())
                .isEqualTo("LOCATION_BASED: 400.0 g/kWh in here (as configured), PUE 1.5 (as configured)");
        assertThat(footprint.facilityJoules()).hasValue(5_400);
        assertThat(footprint.marketBased()).isEmpty();
        assertThat(footprint.embodied()).isEmpty();
        // 0.6 g for 250 tokens are 2.4 g for 1,000.
        assertThat(footprint.perRequest().orElseThrow().grams()).isCloseTo(0.6, within(1e-12));
        assertThat(footprint.perThousandTokens().orElseThrow().grams()).isCloseTo(2.4, within(1e-12));
        assertThat(footprint.perRequest().orElseThrow().basis()).contains("embodied emissions not included");
    }

    @Test
    void withoutAnOverheadItIsLabelledItOnly() {
        Footprint footprint = new CarbonAccounting(
                        PowerUsage.IT_ONLY, Optional.of(() -> GRID), Optional.empty(), Optional.empty())
                .footprint(energy(3_000, 600, Provenance.MODELLED), 1);

        assertThat(footprint.locationBased().orElseThrow().basis()).endsWith("PUE 1.0 (IT only)");
        assertThat(footprint.facilityJoules()).hasValue(3_600);
    }

    @Test
    void whatWasBoughtStandsBesideTheGridAndIsInNoScore() {
        Footprint footprint = new CarbonAccounting(
                        PowerUsage.IT_ONLY, Optional.of(() -> GRID), Optional.of(() -> BOUGHT), Optional.empty())
                .footprint(energy(3_600, 0, Provenance.MEASURED), 1_000);

        assertThat(footprint.marketBased().orElseThrow().grams()).isZero();
        assertThat(footprint.marketBased().orElseThrow().basis()).startsWith("MARKET_BASED");
        assertThat(footprint.locationBased().orElseThrow().grams()).isCloseTo(0.4, within(1e-12));
        assertThat(footprint.perRequest().orElseThrow().grams()).isCloseTo(0.4, within(1e-12));
    }

    @Test
    void makingTheMachineIsPartOfTheScoreWhereItIsConfigured() {
        // 1461 days are 126,230,400 s: 3,156 kg x 0.5 over that are 0.0125 g for a second, and 2 s were used.
        Footprint footprint = new CarbonAccounting(
                        PowerUsage.IT_ONLY, Optional.of(() -> GRID), Optional.empty(), Optional.of(SERVER))
                .footprint(energy(3_600, 0, Provenance.MEASURED), 1_000);

        double embodied = 3_156_000 * 0.5 * 2 / 126_230_400;
        assertThat(embodied).isCloseTo(0.025, within(1e-5));
        assertThat(footprint.embodied().orElseThrow().grams()).isCloseTo(embodied, within(1e-12));
        assertThat(footprint.embodied().orElseThrow().provenance()).isEqualTo(Provenance.CONFIGURED);
        assertThat(footprint.perRequest().orElseThrow().grams()).isCloseTo(0.4 + embodied, within(1e-12));
    }

    @Test
    void unknownEnergyIsUnknownCarbonAndNotZero() {
        Footprint footprint = new CarbonAccounting(
                        PowerUsage.IT_ONLY, Optional.of(() -> GRID), Optional.of(() -> BOUGHT), Optional.of(SERVER))
                .footprint(new RequestEnergy("a", Optional.empty(), Set.of(Component.CPU)), 5);

        assertThat(footprint.locationBased()).isEmpty();
        assertThat(footprint.marketBased()).isEmpty();
        assertThat(footprint.embodied()).isEmpty();
        assertThat(footprint.perRequest()).isEmpty();
        assertThat(footprint.perThousandTokens()).isEmpty();
        assertThat(footprint.facilityJoules()).isEmpty();
    }

    @Test
    void withoutTokensThereIsNoScoreForTokens() {
        Footprint footprint = new CarbonAccounting(
                        PowerUsage.IT_ONLY, Optional.of(() -> GRID), Optional.empty(), Optional.empty())
                .footprint(energy(1, 0, Provenance.MEASURED), 0);

        assertThat(footprint.perThousandTokens()).isEmpty();
        assertThat(footprint.perRequest()).isPresent();
    }

    @Test
    void oneBasisCannotStandInForTheOther() {
        assertThatThrownBy(() -> new CarbonAccounting(
                        PowerUsage.IT_ONLY, Optional.of(() -> BOUGHT), Optional.empty(), Optional.empty()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("MARKET_BASED");
        assertThatThrownBy(() -> CarbonIntensity.configured(0, CarbonBasis.LOCATION_BASED))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("No grid has 0");
    }

    private static RequestEnergy energy(long activeJoules, long idleJoules, Provenance provenance) {
        return new RequestEnergy(
                "a",
                Optional.of(new RequestEnergy.Parts(
                        activeJoules * 250_000,
                        activeJoules * 750_000,
                        idleJoules * 1_000_000,
                        provenance,
                        Set.of(Component.CPU),
                        Duration.ofSeconds(2))),
                Set.of());
    }
}
