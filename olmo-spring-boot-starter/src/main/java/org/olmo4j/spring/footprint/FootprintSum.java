package org.olmo4j.spring.footprint;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.energy.EnergyAmount;
import org.olmo4j.energy.Provenance;
import org.olmo4j.energy.carbon.Emission;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.engine.Usage;

/**
 * What requests cost together. What is not known of a request is in no sum, and the counts say of how many it is known.
 *
 * @param requests that ran
 * @param requestsWithEnergy of these, whose energy is known
 * @param promptTokens of all
 * @param generatedTokens of all
 * @param activeMicrojoules beyond what an idle machine draws
 * @param fullMicrojoules with their share of what an idle machine draws
 * @param lowMicrojoules low end of the range of the full energy
 * @param highMicrojoules high end of it
 * @param provenance the worst of all; null if no energy is known
 * @param locationBased operational emissions by the grid
 * @param marketBased operational emissions by what was bought
 * @param embodied emissions of making the machine
 */
public record FootprintSum(
        long requests,
        long requestsWithEnergy,
        long promptTokens,
        long generatedTokens,
        long activeMicrojoules,
        long fullMicrojoules,
        long lowMicrojoules,
        long highMicrojoules,
        @Nullable Provenance provenance,
        Grams locationBased,
        Grams marketBased,
        Grams embodied) {

    /** Of no request. */
    public static final FootprintSum NONE =
            new FootprintSum(0, 0, 0, 0, 0, 0, 0, 0, null, Grams.NONE, Grams.NONE, Grams.NONE);

    /**
     * Emissions, as far as they are known.
     *
     * @param requests of which they are known; none: the rest says nothing
     * @param grams of CO2 equivalents
     * @param low low end of the range
     * @param high high end of it
     */
    public record Grams(long requests, double grams, double low, double high) {

        /** Nothing is known. */
        public static final Grams NONE = new Grams(0, 0, 0, 0);

        static Grams of(Optional<Emission> emission) {
            return emission.map(known -> new Grams(1, known.grams(), known.lowGrams(), known.highGrams()))
                    .orElse(NONE);
        }

        /**
         * Adds up.
         *
         * @param other of other requests
         * @return of all
         */
        public Grams plus(Grams other) {
            return new Grams(requests + other.requests, grams + other.grams, low + other.low, high + other.high);
        }
    }

    /**
     * Of one request.
     *
     * @param usage its tokens
     * @param footprint what is known of it
     * @return the sum of one
     */
    public static FootprintSum of(Usage usage, Footprint footprint) {
        Optional<EnergyAmount> full = footprint.energy().full();
        return new FootprintSum(
                1,
                full.isPresent() ? 1 : 0,
                usage.promptTokens(),
                usage.completionTokens(),
                footprint.energy().active().map(EnergyAmount::microjoules).orElse(0L),
                full.map(EnergyAmount::microjoules).orElse(0L),
                full.map(EnergyAmount::lowMicrojoules).orElse(0L),
                full.map(EnergyAmount::highMicrojoules).orElse(0L),
                full.map(EnergyAmount::provenance).orElse(null),
                Grams.of(footprint.locationBased()),
                Grams.of(footprint.marketBased()),
                Grams.of(footprint.embodied()));
    }

    /**
     * Adds up.
     *
     * @param other of other requests
     * @return of all
     */
    public FootprintSum plus(FootprintSum other) {
        return new FootprintSum(
                requests + other.requests,
                requestsWithEnergy + other.requestsWithEnergy,
                promptTokens + other.promptTokens,
                generatedTokens + other.generatedTokens,
                activeMicrojoules + other.activeMicrojoules,
                fullMicrojoules + other.fullMicrojoules,
                lowMicrojoules + other.lowMicrojoules,
                highMicrojoules + other.highMicrojoules,
                worse(provenance, other.provenance),
                locationBased.plus(other.locationBased),
                marketBased.plus(other.marketBased),
                embodied.plus(other.embodied));
    }

    private static @Nullable Provenance worse(@Nullable Provenance one, @Nullable Provenance other) {
        if (one == null) {
            return other;
        }
        return other == null ? one : one.worse(other);
    }
}
