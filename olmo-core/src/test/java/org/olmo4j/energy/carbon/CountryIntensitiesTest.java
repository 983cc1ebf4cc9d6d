package org.olmo4j.energy.carbon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.error.InvalidRequestException;

class CountryIntensitiesTest {

    @TempDir
    Path folder;

    /** Published values of 2024: Our World in Data's, rounded, as other tables that are made from it have them too. */
    @ParameterizedTest
    @CsvSource({"FRA, 44.18", "fr, 44.18", "DEU, 344.14", "US, 383.55", "World, 473.01"})
    void knowsPublishedValues(String country, double grams) {
        CarbonIntensity intensity = CountryIntensities.builtIn().of(country);

        assertThat(intensity.gramsPerKilowattHour()).isEqualTo(grams);
        assertThat(intensity.basis()).isEqualTo(CarbonBasis.LOCATION_BASED);
        assertThat(intensity.source()).contains("Our World in Data", "year 2024");
    }

    @Test
    void everyValueOfTheTableIsPlausible() {
        CountryIntensities table = CountryIntensities.builtIn();

        assertThat(table.countries()).hasSize(213).contains(CountryIntensities.WORLD);
        assertThat(table.countries())
                .allSatisfy(country ->
                        assertThat(table.of(country).gramsPerKilowattHour()).isBetween(10.0, 1_400.0));
    }

    @Test
    void anUnknownCountryIsNotTheWorld() {
        assertThatThrownBy(() -> CountryIntensities.builtIn().of("Atlantis"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("'Atlantis'")
                .hasMessageContaining("ISO 3166-1");
    }

    @Test
    void readsATableOfOnesOwn() throws IOException {
        Path file = Files.writeString(folder.resolve("own.csv"), """
            # ours
            code,name,year,gramsPerKilowattHour

            CHE,Switzerland,2025,30.5
            """);

        CarbonIntensity intensity = CountryIntensities.read(file).of("CH");

        assertThat(intensity)
                .isEqualTo(new CarbonIntensity(30.5, CarbonBasis.LOCATION_BASED, "Switzerland", "own.csv, year 2025"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CHE,Switzerland,2025",
                "CHE,Switzerland,2025,thirty",
                "CHE,Switzerland,2025,-3",
                "CHE,Switzerland,2025,NaN",
                "CHE,Switzerland,2025,0",
                "CHE,Switzerland,2025,30\nCHE,Switzerland,2024,31",
                "# nothing"
            })
    void aTableThatMakesNoSenseIsRefused(String lines) throws IOException {
        Path file = Files.writeString(folder.resolve("own.csv"), "code,name,year,gramsPerKilowattHour\n" + lines);

        assertThatThrownBy(() -> CountryIntensities.read(file)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> CountryIntensities.read(folder.resolve("absent.csv")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("absent.csv");
    }
}
