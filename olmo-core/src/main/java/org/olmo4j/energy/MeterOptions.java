package org.olmo4j.energy;

import java.util.OptionalDouble;
import org.olmo4j.error.InvalidRequestException;

/**
 * What an operator says of the machine, for where nothing can be measured.
 *
 * @param processorWatts power at full load of the processors that this JVM may use, over 0; empty: assumed by the backend
 */
public record MeterOptions(OptionalDouble processorWatts) {

    /** Nothing is said. */
    public static final MeterOptions DEFAULT = new MeterOptions(OptionalDouble.empty());

    /** Checks the range. */
    public MeterOptions {
        if (processorWatts.isPresent() && !(processorWatts.getAsDouble() > 0 && processorWatts.getAsDouble() <= 1e5)) {
            throw new InvalidRequestException(
                    "processorWatts", "processorWatts is " + processorWatts.getAsDouble(), "Allowed: over 0 to 100000");
        }
    }
}
