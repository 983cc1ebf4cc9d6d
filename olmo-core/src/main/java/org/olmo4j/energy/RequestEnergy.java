package org.olmo4j.energy;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The energy of one generation.
 *
 * @param generationId which
 * @param parts what was attributed to it; empty if no meter counted while it ran, or it ran no step: unknown, not 0
 * @param missing parts of the machine whose meter had no reading for some of the time; the figures lack that time
 */
public record RequestEnergy(String generationId, Optional<Parts> parts, Set<Component> missing) {

    /** Copies the set. */
    public RequestEnergy {
        missing = Set.copyOf(missing);
    }

    /**
     * What was attributed to a generation. Parts of all generations, idle and unattributed energy add up to the meters' count exactly.
     *
     * @param prefillMicrojoules for its prompt, beyond what an idle machine draws
     * @param decodeMicrojoules for its answer, likewise
     * @param idleMicrojoules of what an idle machine draws, for its part of the time in which the machine was busy with it
     * @param provenance the worst of the meters'
     * @param covers what of the machine was counted
     * @param deviceTime its part of the time in which steps ran
     */
    public record Parts(
            long prefillMicrojoules,
            long decodeMicrojoules,
            long idleMicrojoules,
            Provenance provenance,
            Set<Component> covers,
            Duration deviceTime) {

        /** Copies the set. */
        public Parts {
            covers = Set.copyOf(covers);
        }
    }

    /**
     * What it caused: prefill and decode beyond what an idle machine draws.
     *
     * @return empty if unknown
     */
    public Optional<EnergyAmount> active() {
        return parts.map(known -> new EnergyAmount(
                known.prefillMicrojoules() + known.decodeMicrojoules(), known.provenance(), known.covers()));
    }

    /**
     * What it caused and its share of what an idle machine draws.
     *
     * @return empty if unknown
     */
    public Optional<EnergyAmount> full() {
        return parts.map(known -> new EnergyAmount(
                known.prefillMicrojoules() + known.decodeMicrojoules() + known.idleMicrojoules(),
                known.provenance(),
                known.covers()));
    }
}
