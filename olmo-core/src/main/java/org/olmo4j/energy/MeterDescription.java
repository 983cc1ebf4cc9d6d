package org.olmo4j.energy;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a meter counts, and how far it can be believed.
 *
 * @param name unique among the meters of a machine, such as {@code rapl:package-0}
 * @param covers the part of the machine
 * @param provenance of its figures: MEASURED, MEASURED_SHARED or MODELLED
 * @param backend the backend whose steps alone use that part; empty if those of all do, as with the processor
 * @param wrapMicrojoules what is to be added when the counter starts again at 0; empty if it never does, so that a lower value is a
 *     reset
 * @param maxWatts more than it can draw; a rise beyond that is an error of the counter
 * @param renewal how long it takes until the counter shows what was used, 0 to 1 s; the figure of a generation waits for that
 * @param method how it counts, in one sentence for people, with the assumptions of a model
 */
public record MeterDescription(
        String name,
        Component covers,
        Provenance provenance,
        Optional<String> backend,
        OptionalLong wrapMicrojoules,
        double maxWatts,
        Duration renewal,
        String method) {

    /** Checks the bounds. */
    public MeterDescription {
        if (!(maxWatts > 0) || wrapMicrojoules.orElse(1) <= 0 || provenance == Provenance.UNAVAILABLE) {
            throw new IllegalArgumentException("A meter of " + maxWatts + " W at most, wrapping at " + wrapMicrojoules
                    + " microjoules, with figures " + provenance + ": " + name);
        }
        if (renewal.isNegative() || renewal.compareTo(Duration.ofSeconds(1)) > 0) {
            throw new IllegalArgumentException("A counter that is renewed after " + renewal + ": " + name);
        }
    }

    /**
     * Whether the steps of a backend use what this meter counts.
     *
     * @param name of the backend
     * @return true if so
     */
    public boolean serves(String name) {
        return backend.map(name::equals).orElse(true);
    }
}
