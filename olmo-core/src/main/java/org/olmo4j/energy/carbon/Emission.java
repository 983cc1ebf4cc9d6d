package org.olmo4j.energy.carbon;

import org.olmo4j.energy.EnergyAmount;
import org.olmo4j.energy.Provenance;

/**
 * An amount of CO2 equivalents. An unknown amount is not an {@code Emission} of 0; it is absent.
 *
 * @param grams the figure
 * @param lowGrams the low end of its range
 * @param highGrams the high end; the range is that of the energy, since sources of carbon intensity give none
 * @param provenance of the energy, or CONFIGURED for what does not depend on it
 * @param basis what is in it and by whose figures
 */
public record Emission(double grams, double lowGrams, double highGrams, Provenance provenance, String basis) {

    /** Of electricity. */
    static Emission of(EnergyAmount energy, PowerUsage facility, CarbonIntensity intensity) {
        double factor = facility.effectiveness() * intensity.gramsPerKilowattHour();
        double grams = energy.kilowattHours() * factor;
        return new Emission(
                grams,
                grams * energy.provenance().lowFactor(),
                grams * energy.provenance().highFactor(),
                energy.provenance(),
                intensity.basis() + ": " + intensity.gramsPerKilowattHour() + " g/kWh in " + intensity.place() + " ("
                        + intensity.source() + "), PUE " + facility.effectiveness() + " (" + facility.source() + ")");
    }

    Emission plus(Emission other) {
        return new Emission(
                grams + other.grams,
                lowGrams + other.lowGrams,
                highGrams + other.highGrams,
                // What was configured beside it does not change how the energy came about.
                provenance,
                basis + "; " + other.basis);
    }

    Emission times(double factor) {
        return new Emission(grams * factor, lowGrams * factor, highGrams * factor, provenance, basis);
    }
}
