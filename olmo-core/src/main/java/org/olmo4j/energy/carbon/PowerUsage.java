package org.olmo4j.energy.carbon;

import org.olmo4j.error.InvalidRequestException;

/**
 * What a data centre draws in all for what its computers draw (PUE, power usage effectiveness, ISO/IEC 30134-2).
 *
 * @param effectiveness 1 to 10
 * @param source who says so
 */
public record PowerUsage(double effectiveness, String source) {

    /** Nothing but the computers: cooling and losses are not included, since nobody said what they are. */
    public static final PowerUsage IT_ONLY = new PowerUsage(1, "IT only");

    /** Checks the range. */
    public PowerUsage {
        if (!(effectiveness >= 1 && effectiveness <= 10)) {
            throw new InvalidRequestException(
                    "pue", "The power usage effectiveness is " + effectiveness, "Allowed: 1 (IT only) to 10");
        }
    }
}
