package org.olmo4j.constraint;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * JSON numbers within limits, digit by digit. They end: at most {@value #INTEGER_DIGITS} digits before the point and
 * {@value #FRACTION_DIGITS} behind it (as many as the bounds have, if that is more), and an exponent of two digits, so that each is a
 * finite double and every integer fits a long. An exponent is written only where nothing but the type is asked. Zero has no sign.
 */
final class NumberText {

    static final int INTEGER_DIGITS = 18;
    static final int FRACTION_DIGITS = 17;
    /** Most digits of a bound, before and behind its point. */
    static final int BOUND_DIGITS = 40;

    private static final ByteClasses CLASSES = ByteClasses.separating("+-.0123456789Ee");

    private final Magnitude positive;
    private final Magnitude negative;
    private final int integerDigits;
    private final int fractionDigits;
    private final boolean exponents;

    private NumberText(NumberLimits limits) {
        Optional<Digits> low = limits.low().map(Digits::of);
        Optional<Digits> high = limits.high().map(Digits::of);
        this.positive = Magnitude.ofPositive(low, high);
        this.negative = Magnitude.ofNegative(low, high);
        this.integerDigits = Math.max(INTEGER_DIGITS, most(low, high, Digits::integerLength));
        int fraction = Math.max(FRACTION_DIGITS, most(low, high, Digits::fractionLength) + 1);
        this.fractionDigits = Math.min(fraction, limits.fractionDigits());
        this.exponents = limits.equals(NumberLimits.NONE);
    }

    /**
     * All numbers within limits.
     *
     * @param limits whose bounds have at most {@link #BOUND_DIGITS} digits before and behind the point
     * @return empty if there are none
     */
    static Optional<Dfa> within(NumberLimits limits) {
        NumberText text = new NumberText(limits);
        return Dfa.explore(State.START, CLASSES, text::step, text::accepts);
    }

    /** Whether a bound has no more digits than can be compared. */
    static boolean comparable(BigDecimal bound) {
        BigDecimal stripped = bound.stripTrailingZeros();
        return stripped.scale() <= BOUND_DIGITS && (long) stripped.precision() - stripped.scale() <= BOUND_DIGITS;
    }

    private enum Phase {
        START,
        MINUS,
        ZERO,
        INTEGER,
        POINT,
        FRACTION,
        EXPONENT,
        EXPONENT_SIGN,
        EXPONENT_DIGIT,
        EXPONENT_END
    }

    /**
     * How far a number is.
     *
     * @param phase the part that was read last
     * @param minus whether it has a sign
     * @param zero whether all digits so far are zero
     * @param digits how many digits the part has
     * @param low its size so far against the lower bound of magnitudes, -1, 0 or 1
     * @param high its size so far against the upper bound of magnitudes, -1, 0 or 1
     */
    private record State(Phase phase, boolean minus, boolean zero, int digits, int low, int high) {
        private static final State START = new State(Phase.START, false, true, 0, 0, 0);

        private State in(Phase next) {
            return new State(next, minus, zero, 0, low, high);
        }
    }

    private @Nullable State step(State state, int octet) {
        return switch (state.phase()) {
            case START -> octet == '-' ? new State(Phase.MINUS, true, true, 0, 0, 0) : firstDigit(state, octet);
            case MINUS -> firstDigit(state, octet);
            case ZERO -> behindInteger(state, octet);
            case INTEGER -> digit(octet) ? integerDigit(state, octet) : behindInteger(state, octet);
            case POINT -> digit(octet) ? fractionDigit(state, octet) : null;
            case FRACTION -> digit(octet) ? fractionDigit(state, octet) : exponent(state, octet);
            case EXPONENT -> octet == '+' || octet == '-' ? state.in(Phase.EXPONENT_SIGN) : exponentDigit(state, octet);
            case EXPONENT_SIGN, EXPONENT_DIGIT -> exponentDigit(state, octet);
            case EXPONENT_END -> null;
        };
    }

    private boolean accepts(State state) {
        if (state.minus() && state.zero()) {
            return false;
        }
        State end = switch (state.phase()) {
            case ZERO, INTEGER -> integerDone(state);
            case FRACTION -> state;
            case EXPONENT_DIGIT, EXPONENT_END -> state;
            case START, MINUS, POINT, EXPONENT, EXPONENT_SIGN -> null;
        };
        return end != null && magnitude(state).contains(end);
    }

    private @Nullable State firstDigit(State state, int octet) {
        if (!digit(octet)) {
            return null;
        }
        Magnitude bounds = magnitude(state);
        return new State(
                octet == '0' ? Phase.ZERO : Phase.INTEGER,
                state.minus(),
                octet == '0',
                1,
                bounds.compareInteger(bounds.low(), 0, 0, octet),
                bounds.compareInteger(bounds.high(), 0, 0, octet));
    }

    private @Nullable State integerDigit(State state, int octet) {
        if (state.digits() == integerDigits) {
            return null;
        }
        Magnitude bounds = magnitude(state);
        return new State(
                Phase.INTEGER,
                state.minus(),
                false,
                state.digits() + 1,
                bounds.compareInteger(bounds.low(), state.low(), state.digits(), octet),
                bounds.compareInteger(bounds.high(), state.high(), state.digits(), octet));
    }

    private @Nullable State behindInteger(State state, int octet) {
        if (octet == '.') {
            return fractionDigits == 0 ? null : integerDone(state).in(Phase.POINT);
        }
        return exponent(state, octet);
    }

    private State integerDone(State state) {
        Magnitude bounds = magnitude(state);
        return new State(
                state.phase(),
                state.minus(),
                state.zero(),
                0,
                bounds.integerDone(bounds.low(), state.low(), state.digits()),
                bounds.integerDone(bounds.high(), state.high(), state.digits()));
    }

    private @Nullable State fractionDigit(State state, int octet) {
        if (state.digits() == fractionDigits) {
            return null;
        }
        Magnitude bounds = magnitude(state);
        return new State(
                Phase.FRACTION,
                state.minus(),
                state.zero() && octet == '0',
                state.digits() + 1,
                bounds.compareFraction(bounds.low(), state.low(), state.digits(), octet),
                bounds.compareFraction(bounds.high(), state.high(), state.digits(), octet));
    }

    private @Nullable State exponent(State state, int octet) {
        return exponents && (octet == 'e' || octet == 'E') ? state.in(Phase.EXPONENT) : null;
    }

    private static @Nullable State exponentDigit(State state, int octet) {
        if (!digit(octet)) {
            return null;
        }
        return state.in(state.phase() == Phase.EXPONENT_DIGIT ? Phase.EXPONENT_END : Phase.EXPONENT_DIGIT);
    }

    private Magnitude magnitude(State state) {
        return state.minus() ? negative : positive;
    }

    private static boolean digit(int octet) {
        return octet >= '0' && octet <= '9';
    }

    private static int most(Optional<Digits> low, Optional<Digits> high, ToIntFunction<Digits> length) {
        return Math.max(
                low.map(length::applyAsInt).orElse(0),
                high.map(length::applyAsInt).orElse(0));
    }

    /**
     * A bound digit by digit.
     *
     * @param negative its sign
     * @param integer digits before the point, without leading zeros; "0" if there are none
     * @param fraction digits behind it, without zeros at the end
     * @param exclusive whether the bound itself is outside
     */
    private record Digits(boolean negative, String integer, String fraction, boolean exclusive) {

        private static Digits of(NumberLimits.Bound bound) {
            String plain = bound.value().abs().toPlainString();
            int point = plain.indexOf('.');
            return new Digits(
                    bound.value().signum() < 0,
                    point < 0 ? plain : plain.substring(0, point),
                    point < 0 ? "" : plain.substring(point + 1),
                    bound.exclusive());
        }

        private int integerLength() {
            return integer.length();
        }

        private int fractionLength() {
            return fraction.length();
        }
    }

    /**
     * The range of magnitudes of the numbers of one sign.
     *
     * @param possible whether there are any
     * @param low the smallest magnitude; null if nothing is said
     * @param high the largest one; null if nothing is said
     */
    private record Magnitude(
            boolean possible,
            @Nullable Digits low,
            @Nullable Digits high) {

        private static Magnitude ofPositive(Optional<Digits> low, Optional<Digits> high) {
            return new Magnitude(
                    high.isEmpty() || !high.get().negative(),
                    low.filter(bound -> !bound.negative()).orElse(null),
                    high.orElse(null));
        }

        private static Magnitude ofNegative(Optional<Digits> low, Optional<Digits> high) {
            return new Magnitude(
                    low.isEmpty() || low.get().negative(),
                    high.filter(Digits::negative).orElse(null),
                    low.orElse(null));
        }

        private boolean contains(State end) {
            return possible && satisfied(low, end.low(), end, 1) && satisfied(high, end.high(), end, -1);
        }

        private static boolean satisfied(@Nullable Digits bound, int comparison, State end, int sign) {
            if (bound == null) {
                return true;
            }
            int digits = end.phase() == Phase.FRACTION ? end.digits() : 0;
            int result = comparison == 0 && digits < bound.fractionLength() ? -1 : comparison;
            return result * sign > 0 || (result == 0 && !bound.exclusive());
        }

        /** Compares one more digit as if both had as many: who has more digits is larger, which {@link #integerDone} decides. */
        private int compareInteger(@Nullable Digits bound, int comparison, int index, int octet) {
            if (bound == null) {
                return 0;
            }
            if (index >= bound.integerLength()) {
                return 1;
            }
            return comparison != 0
                    ? comparison
                    : Integer.signum(octet - bound.integer().charAt(index));
        }

        private int integerDone(@Nullable Digits bound, int comparison, int digits) {
            return bound != null && digits < bound.integerLength() ? -1 : comparison;
        }

        private int compareFraction(@Nullable Digits bound, int comparison, int index, int octet) {
            if (bound == null || comparison != 0) {
                return comparison;
            }
            int digit = index < bound.fractionLength() ? bound.fraction().charAt(index) : '0';
            return Integer.signum(octet - digit);
        }
    }
}
