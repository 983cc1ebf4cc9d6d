package org.olmo4j.energy.carbon;

import java.time.Duration;
import org.olmo4j.error.InvalidRequestException;

/**
 * What was emitted to make the machine, spread over its life: M = TE x time / life x share of the Software Carbon Intensity specification
 * (ISO/IEC 21031).
 *
 * @param kilograms of CO2 equivalents to make it, over 0
 * @param lifetime for which it is used, over 0
 * @param share of it that this application has, over 0 to 1
 * @param source who says so
 */
public record EmbodiedCarbon(double kilograms, Duration lifetime, double share, String source) {

    /** Checks the ranges. */
    public EmbodiedCarbon {
        if (!(kilograms > 0 && kilograms < 1e7) || !lifetime.isPositive() || !(share > 0 && share <= 1)) {
            throw new InvalidRequestException(
                    "embodied",
                    "Embodied emissions of " + kilograms + " kg over " + lifetime + ", of which " + share
                            + " are counted",
                    "Allowed: kilograms over 0, a lifetime over 0, a share over 0 to 1");
        }
    }

    /**
     * The part of some time.
     *
     * @param time in which the machine was used
     * @return grams of CO2 equivalents
     */
    public double grams(Duration time) {
        return kilograms * 1_000 * share * time.toNanos() / lifetime.toNanos();
    }
}
