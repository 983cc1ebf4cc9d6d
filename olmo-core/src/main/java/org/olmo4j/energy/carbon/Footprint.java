package org.olmo4j.energy.carbon;

import java.util.Optional;
import java.util.OptionalDouble;
import org.olmo4j.energy.RequestEnergy;

/**
 * What one generation cost the climate. What is not known is empty, and never 0.
 *
 * @param energy as it was attributed
 * @param facilityJoules full energy times power usage effectiveness
 * @param locationBased operational emissions by the grid at the place; empty without energy or intensity
 * @param marketBased by what was bought; empty unless an intensity of that basis is configured
 * @param embodied of making the machine; empty unless configured
 * @param perRequest SCI score for one request: location-based and, where configured, embodied
 * @param perThousandTokens SCI score for 1,000 generated tokens; empty if there were none
 */
public record Footprint(
        RequestEnergy energy,
        OptionalDouble facilityJoules,
        Optional<Emission> locationBased,
        Optional<Emission> marketBased,
        Optional<Emission> embodied,
        Optional<Emission> perRequest,
        Optional<Emission> perThousandTokens) {}
