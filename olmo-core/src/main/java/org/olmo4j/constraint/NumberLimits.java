package org.olmo4j.constraint;

import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a schema says of numbers.
 *
 * @param low the lower bound
 * @param high the upper bound
 * @param fractionDigits most digits behind the point; 0 for integers, {@link #ANY_FRACTION} if nothing is said
 */
record NumberLimits(Optional<Bound> low, Optional<Bound> high, int fractionDigits) {

    static final int ANY_FRACTION = Integer.MAX_VALUE;
    static final NumberLimits NONE = new NumberLimits(Optional.empty(), Optional.empty(), ANY_FRACTION);

    /**
     * A bound.
     *
     * @param value the bound
     * @param exclusive whether the bound itself is outside
     */
    record Bound(BigDecimal value, boolean exclusive) {

        /** Equal for equal numbers: 1.0 is 1. */
        Bound {
            value = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
        }
    }

    /** What both say. */
    NumberLimits and(NumberLimits other) {
        return new NumberLimits(
                tighter(low, other.low, 1),
                tighter(high, other.high, -1),
                Math.min(fractionDigits, other.fractionDigits));
    }

    /** Whether a number is within. */
    boolean contains(BigDecimal number) {
        return (low.isEmpty() || beyond(number, low.get(), 1))
                && (high.isEmpty() || beyond(number, high.get(), -1))
                && number.stripTrailingZeros().scale() <= fractionDigits;
    }

    private static boolean beyond(BigDecimal number, Bound bound, int sign) {
        int comparison = Integer.signum(number.compareTo(bound.value())) * sign;
        return comparison > 0 || (comparison == 0 && !bound.exclusive());
    }

    private static Optional<Bound> tighter(Optional<Bound> first, Optional<Bound> second, int sign) {
        if (first.isEmpty() || second.isEmpty()) {
            return first.isPresent() ? first : second;
        }
        int comparison =
                Integer.signum(first.get().value().compareTo(second.get().value())) * sign;
        boolean takeFirst = comparison == 0 ? first.get().exclusive() : comparison > 0;
        return takeFirst ? first : second;
    }

    /** The bounds of one that has a value; null for none. */
    static Optional<Bound> bound(@Nullable BigDecimal value, boolean exclusive) {
        return Optional.ofNullable(value).map(number -> new Bound(number, exclusive));
    }
}
