package org.olmo4j.card;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Optional;
import org.olmo4j.energy.carbon.CarbonIntensity;
import org.olmo4j.energy.carbon.PowerUsage;
import org.olmo4j.error.InvalidRequestException;

/**
 * What training a model cost the climate: tonnes = megawatt-hours x PUE x kilograms for a kilowatt-hour.
 *
 * @param run what was trained
 * @param hardware on what, and where
 * @param megawattHours of the accelerators
 * @param energySource who says so
 * @param facility overhead of the data centre, as the published figure has it
 * @param locationBased by the grid at the place; empty if nobody says what it was
 * @param marketBased by what was bought; empty if nobody says so
 * @param published the figure as it was published, in tonnes, with what is to be known about it
 */
public record TrainingFootprint(
        String run,
        String hardware,
        double megawattHours,
        String energySource,
        PowerUsage facility,
        Optional<CarbonIntensity> locationBased,
        Optional<CarbonIntensity> marketBased,
        Published published) {

    /** Checks the range. */
    public TrainingFootprint {
        if (!(megawattHours > 0)) {
            throw new InvalidRequestException(
                    "megawattHours", run + " took " + megawattHours + " MWh", "Allowed: over 0");
        }
    }

    /**
     * A figure as it was published.
     *
     * @param tonnes of CO2 equivalents
     * @param note what is to be known about it
     * @param source where
     */
    public record Published(double tonnes, String note, String source) {}

    /**
     * By the grid at the place.
     *
     * @return tonnes of CO2 equivalents; empty if the grid's intensity is unknown
     */
    public Optional<Double> locationBasedTonnes() {
        return locationBased.map(this::tonnes);
    }

    /**
     * By what was bought.
     *
     * @return tonnes of CO2 equivalents, possibly 0; empty if nobody says what was bought
     */
    public Optional<Double> marketBasedTonnes() {
        return marketBased.map(this::tonnes);
    }

    /**
     * The arithmetic, for people.
     *
     * @return one line for each basis, such as {@code 104 MWh x PUE 1.1 x 0.656 kg/kWh = 75.05 t (LOCATION_BASED, ...)}
     */
    public String arithmetic() {
        StringBuilder lines = new StringBuilder();
        locationBased.ifPresent(intensity -> append(lines, intensity));
        marketBased.ifPresent(intensity -> append(lines, intensity));
        return lines.toString();
    }

    private void append(StringBuilder lines, CarbonIntensity intensity) {
        lines.append(lines.isEmpty() ? "" : "\n")
                .append(String.format(
                        Locale.ROOT,
                        "%s MWh x PUE %s x %s kg/kWh = %.2f t (%s, %s, %s)",
                        exactly(megawattHours),
                        exactly(facility.effectiveness()),
                        exactly(intensity.gramsPerKilowattHour() / 1e3),
                        tonnes(intensity),
                        intensity.basis(),
                        intensity.place(),
                        intensity.source()));
    }

    /** Not rounded, so that a reader who multiplies gets the result. */
    private static String exactly(double factor) {
        return BigDecimal.valueOf(factor)
                .setScale(9, RoundingMode.HALF_EVEN)
                .stripTrailingZeros()
                .toPlainString();
    }

    /**
     * What some use of the model is of its training, by the grid at the place.
     *
     * @param grams that the use caused, location-based
     * @return a share, 1 for as much as the training; empty if the training's is unknown
     */
    public Optional<Double> share(double grams) {
        return locationBasedTonnes().map(tonnes -> grams / (tonnes * 1e6));
    }

    private double tonnes(CarbonIntensity intensity) {
        // MWh x kg/kWh are tonnes.
        return megawattHours * facility.effectiveness() * intensity.gramsPerKilowattHour() / 1e3;
    }
}
