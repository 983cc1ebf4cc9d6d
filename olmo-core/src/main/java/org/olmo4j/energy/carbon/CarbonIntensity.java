package org.olmo4j.energy.carbon;

import org.olmo4j.error.InvalidRequestException;

/**
 * The emissions of electricity.
 *
 * @param gramsPerKilowattHour grams of CO2 equivalents for a kilowatt-hour, 0 to 5,000
 * @param basis whose electricity
 * @param place country or zone, as the source names it
 * @param source who says so, and of which time
 */
public record CarbonIntensity(double gramsPerKilowattHour, CarbonBasis basis, String place, String source) {

    private static final double HIGHEST = 5_000;

    /** Checks the range. */
    public CarbonIntensity {
        if (!(gramsPerKilowattHour >= 0 && gramsPerKilowattHour <= HIGHEST)) {
            throw new InvalidRequestException(
                    "gramsPerKilowattHour",
                    "The carbon intensity of " + place + " is " + gramsPerKilowattHour,
                    "Allowed: 0 to 5000 grams for a kilowatt-hour");
        }
        if (gramsPerKilowattHour == 0 && basis == CarbonBasis.LOCATION_BASED) {
            throw new InvalidRequestException(
                    "gramsPerKilowattHour",
                    "The location-based carbon intensity of " + place + " is 0",
                    "No grid has 0 over a plant's life; electricity that was bought as such is market-based");
        }
    }

    /**
     * One that an operator sets.
     *
     * @param gramsPerKilowattHour 0 to 5,000; over 0 if location-based
     * @param basis whose electricity
     * @return with the source {@code as configured}
     */
    public static CarbonIntensity configured(double gramsPerKilowattHour, CarbonBasis basis) {
        return new CarbonIntensity(gramsPerKilowattHour, basis, "here", "as configured");
    }
}
