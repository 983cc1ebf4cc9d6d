package org.olmo4j.energy.budget;

import java.util.OptionalDouble;
import org.olmo4j.error.InvalidRequestException;

/**
 * What a user may cause on one day.
 *
 * @param unit of the amounts
 * @param warnAt from this amount on the user is warned; empty: never
 * @param refuseAt from this amount on requests are refused; empty: never
 */
public record BudgetLimit(Unit unit, OptionalDouble warnAt, OptionalDouble refuseAt) {

    /** What is counted. */
    public enum Unit {
        /** Energy in joules, with its share of idle power. */
        JOULES,
        /** Grams of CO2 equivalents. */
        GRAMS
    }

    /** Checks that there is one, and that the warning comes first. */
    public BudgetLimit {
        double warn = warnAt.orElse(0);
        double refuse = refuseAt.orElse(Double.POSITIVE_INFINITY);
        if ((warnAt.isEmpty() && refuseAt.isEmpty()) || !(warn >= 0 && refuse > 0 && warn <= refuse)) {
            throw new InvalidRequestException(
                    "budget",
                    "The budget warns at " + warnAt + " and refuses at " + refuseAt + " " + unit,
                    "Give one or both, over 0, the warning not above the refusal");
        }
    }
}
