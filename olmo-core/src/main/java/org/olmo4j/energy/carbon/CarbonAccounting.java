package org.olmo4j.energy.carbon;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.olmo4j.energy.EnergyAmount;
import org.olmo4j.energy.Provenance;
import org.olmo4j.energy.RequestEnergy;
import org.olmo4j.error.InvalidRequestException;

/**
 * Turns energy into emissions: grams = kilowatt-hours x PUE x grams for a kilowatt-hour. Scores follow the Software Carbon Intensity
 * specification (ISO/IEC 21031): (operational, location-based, idle share included + embodied) / unit; without configured embodied
 * emissions they lack these, and say so. Thread-safe if its sources are.
 *
 * @param facility overhead of the data centre
 * @param location the grid; empty: no location-based figures and no scores
 * @param market what was bought; empty: no market-based figures
 * @param embodied making the machine; empty: not included
 */
public record CarbonAccounting(
        PowerUsage facility,
        Optional<CarbonIntensitySource> location,
        Optional<CarbonIntensitySource> market,
        Optional<EmbodiedCarbon> embodied) {

    /** Energy of the computers only: no grams. */
    public static final CarbonAccounting NONE =
            new CarbonAccounting(PowerUsage.IT_ONLY, Optional.empty(), Optional.empty(), Optional.empty());

    private static final String NOT_EMBODIED = "embodied emissions not included";

    /** Checks what the sources say now. */
    public CarbonAccounting {
        location.ifPresent(source -> current(source, CarbonBasis.LOCATION_BASED));
        market.ifPresent(source -> current(source, CarbonBasis.MARKET_BASED));
    }

    private static CarbonIntensity current(CarbonIntensitySource source, CarbonBasis basis) {
        CarbonIntensity intensity = source.current();
        if (intensity.basis() != basis) {
            throw new InvalidRequestException(
                    "carbon intensity",
                    intensity.gramsPerKilowattHour() + " g/kWh of " + intensity.place() + " is " + intensity.basis()
                            + " where one that is " + basis + " belongs",
                    "Configure it as what it is: the two are shown side by side");
        }
        return intensity;
    }

    /**
     * The footprint of a generation.
     *
     * @param energy as attributed
     * @param generatedTokens 0 or more
     * @return what is known
     */
    public Footprint footprint(RequestEnergy energy, long generatedTokens) {
        Optional<Emission> locationBased = energy.full().flatMap(this::locationBased);
        Optional<Emission> making = energy.parts().flatMap(parts -> embodied(parts.deviceTime()));
        Optional<Emission> perRequest = locationBased.map(operational -> score(operational, making));
        return new Footprint(
                energy,
                energy.full().isPresent()
                        ? OptionalDouble.of(energy.full().get().joules() * facility.effectiveness())
                        : OptionalDouble.empty(),
                locationBased,
                energy.full().flatMap(this::marketBased),
                making,
                perRequest,
                generatedTokens > 0 ? perRequest.map(score -> score.times(1e3 / generatedTokens)) : Optional.empty());
    }

    /**
     * Operational emissions by the grid at the place.
     *
     * @param energy of the computers, facility not included
     * @return empty without an intensity
     */
    public Optional<Emission> locationBased(EnergyAmount energy) {
        return location.map(source -> Emission.of(energy, facility, current(source, CarbonBasis.LOCATION_BASED)));
    }

    /**
     * Operational emissions by what was bought.
     *
     * @param energy of the computers, facility not included
     * @return empty without an intensity
     */
    public Optional<Emission> marketBased(EnergyAmount energy) {
        return market.map(source -> Emission.of(energy, facility, current(source, CarbonBasis.MARKET_BASED)));
    }

    /**
     * The part of making the machine that falls to some time of use.
     *
     * @param deviceTime in which it was used
     * @return empty unless configured
     */
    public Optional<Emission> embodied(Duration deviceTime) {
        return embodied.map(making -> {
            double grams = making.grams(deviceTime);
            return new Emission(grams, grams, grams, Provenance.CONFIGURED, "making the machine: " + making.source());
        });
    }

    private static Emission score(Emission operational, Optional<Emission> making) {
        return making.map(operational::plus)
                .orElseGet(() -> new Emission(
                        operational.grams(),
                        operational.lowGrams(),
                        operational.highGrams(),
                        operational.provenance(),
                        operational.basis() + "; " + NOT_EMBODIED));
    }
}
