package org.olmo4j.energy;

import java.util.Set;

/**
 * An amount of energy and what is known of it. An unknown amount is not an {@code EnergyAmount} of 0; it is absent.
 *
 * @param microjoules 0 or more
 * @param provenance how it came about; the worst of its parts, never UNAVAILABLE
 * @param covers what of the machine is in it
 */
public record EnergyAmount(long microjoules, Provenance provenance, Set<Component> covers) {

    /** Checks the range and copies the set. */
    public EnergyAmount {
        if (microjoules < 0 || provenance == Provenance.UNAVAILABLE) {
            throw new IllegalArgumentException(microjoules + " microjoules, " + provenance);
        }
        covers = Set.copyOf(covers);
    }

    /**
     * In joules.
     *
     * @return microjoules / 10^6
     */
    public double joules() {
        return microjoules / 1e6;
    }

    /**
     * In kilowatt-hours, each of 3.6 million joules.
     *
     * @return joules / 3.6 x 10^6
     */
    public double kilowattHours() {
        return joules() / 3.6e6;
    }

    /**
     * The low end of its range, by {@link Provenance#lowFactor()}.
     *
     * @return rounded
     */
    public long lowMicrojoules() {
        return Math.round(microjoules * provenance.lowFactor());
    }

    /**
     * The high end of its range, by {@link Provenance#highFactor()}.
     *
     * @return rounded
     */
    public long highMicrojoules() {
        return Math.round(microjoules * provenance.highFactor());
    }
}
