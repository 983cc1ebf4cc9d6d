package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.energy.MeterOptions;
import org.olmo4j.energy.budget.BudgetLimit;
import org.olmo4j.energy.carbon.CarbonAccounting;
import org.olmo4j.energy.carbon.CarbonBasis;
import org.olmo4j.energy.carbon.CarbonIntensity;
import org.olmo4j.energy.carbon.EmbodiedCarbon;
import org.olmo4j.energy.carbon.PowerUsage;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class EnergyPropertiesTests {

    @TempDir
    Path folder;

    private static EnergyProperties bind(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("olmo.energy", EnergyProperties.class);
    }

    private static CarbonAccounting carbon(Map<String, String> properties) {
        return bind(properties).carbonAccounting(List.of());
    }

    @Test
    void nothingIsAssumedThatIsNotSaid() {
        assertThat(bind(Map.of()).enabled()).isTrue();
        assertThat(bind(Map.of()).meterOptions()).isEqualTo(MeterOptions.DEFAULT);
        assertThat(carbon(Map.of())).isEqualTo(CarbonAccounting.NONE);
    }

    @Test
    void daysBeginWhereTheOperatorSays() {
        assertThat(bind(Map.of("olmo.energy.time-zone", "Europe/Berlin"))
                        .clock()
                        .getZone())
                .isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(bind(Map.of()).clock().getZone()).isEqualTo(ZoneId.systemDefault());
    }

    @Test
    void aCountryHasItsYearlyAverage() {
        CarbonIntensity intensity = carbon(Map.of("olmo.energy.carbon.country", "fr"))
                .location()
                .orElseThrow()
                .current();

        assertThat(intensity.place()).isEqualTo("France");
        assertThat(intensity.gramsPerKilowattHour()).isEqualTo(44.18);
    }

    @Test
    void anOperatorsOwnTableReplacesTheBuiltInOne() throws Exception {
        Path table = Files.writeString(folder.resolve("own.csv"), """
            code,name,year,gramsPerKilowattHour
            FRA,France,2025,21
            """);
        Map<String, String> properties = new HashMap<>(Map.of("olmo.energy.carbon.country-file", table.toString()));
        assertThatThrownBy(() -> carbon(properties))
                .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                .hasMessageContaining("olmo.energy.carbon.country");

        properties.put("olmo.energy.carbon.country", "FR");
        assertThat(carbon(properties).location().orElseThrow().current().gramsPerKilowattHour())
                .isEqualTo(21);
    }

    @Test
    void theGridAndWhatIsBoughtAreKeptApart() {
        CarbonAccounting carbon =
                carbon(Map.of("olmo.energy.carbon.intensity", "400", "olmo.energy.carbon.market-intensity", "0"));

        assertThat(carbon.location().orElseThrow().current())
                .isEqualTo(CarbonIntensity.configured(400, CarbonBasis.LOCATION_BASED));
        assertThat(carbon.market().orElseThrow().current())
                .isEqualTo(CarbonIntensity.configured(0, CarbonBasis.MARKET_BASED));
    }

    @Test
    void theDataCentreAndTheMachineCount() {
        CarbonAccounting carbon = carbon(Map.of(
                "olmo.energy.pue",
                "1.2",
                "olmo.energy.embodied.kilograms",
                "1200",
                "olmo.energy.embodied.share",
                "0.25"));

        assertThat(carbon.facility()).isEqualTo(new PowerUsage(1.2, "as configured"));
        assertThat(carbon.embodied()).hasValue(new EmbodiedCarbon(1200, Duration.ofDays(1461), 0.25, "as configured"));
    }

    @Test
    void aBudgetHasAUnitAndTwoAmounts() {
        assertThat(bind(Map.of(
                                "olmo.energy.budget.unit", "grams",
                                "olmo.energy.budget.warn-at", "2.5",
                                "olmo.energy.budget.refuse-at", "3"))
                        .budgetLimit())
                .isEqualTo(new BudgetLimit(BudgetLimit.Unit.GRAMS, OptionalDouble.of(2.5), OptionalDouble.of(3)));
    }

    @ParameterizedTest
    @CsvSource({
        "pue, 0.9, olmo.energy.pue",
        "carbon.country, Atlantis, olmo.energy.carbon.country",
        "carbon.intensity, 0, olmo.energy.carbon.intensity",
        "carbon.intensity, -1, olmo.energy.carbon.intensity",
        "carbon.market-intensity, 5001, olmo.energy.carbon.market-intensity",
        "embodied.kilograms, 0, olmo.energy.embodied.kilograms",
    })
    void whatMakesNoSenseIsNamedByItsKey(String key, String value, String named) {
        assertThatThrownBy(() -> carbon(Map.of("olmo.energy." + key, value)))
                .asInstanceOf(InstanceOfAssertFactories.type(InvalidConfigurationPropertyValueException.class))
                .extracting(InvalidConfigurationPropertyValueException::getName)
                .isEqualTo(named);
    }

    @Test
    void twoIntensitiesOfTheGridAreOneTooMany() {
        assertThatThrownBy(
                        () -> carbon(Map.of("olmo.energy.carbon.intensity", "400", "olmo.energy.carbon.country", "DE")))
                .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                .hasMessageContaining("Set one of both");
    }

    @Test
    void aMachineWithoutPowerIsRefused() {
        assertThatThrownBy(
                        () -> bind(Map.of("olmo.energy.processor-watts", "0")).meterOptions())
                .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                .hasMessageContaining("olmo.energy.processor-watts");
    }
}
