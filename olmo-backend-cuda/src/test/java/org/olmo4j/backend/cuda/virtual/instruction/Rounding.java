package org.olmo4j.backend.cuda.virtual.instruction;

import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;

/**
 * Correctly rounded arithmetic of narrower numbers by way of doubles: an inexact double is first made odd (its last bit 1), which keeps it apart from
 * every number and midpoint of the narrower type, so that rounding it again is rounding once (Boldo and Melquiond, "Emulation of FMA and correctly rounded
 * sums", 2008).
 */
enum Rounding {
    NEAREST,
    TOWARDS_ZERO,
    DOWN,
    UP;

    /** The mode that an opcode names; to nearest if it names none. */
    static Rounding of(PtxInstruction instruction) {
        for (String modifier : instruction.modifiers()) {
            switch (modifier) {
                case "rz", "rzi" -> {
                    return TOWARDS_ZERO;
                }
                case "rm", "rmi" -> {
                    return DOWN;
                }
                case "rp", "rpi" -> {
                    return UP;
                }
                default -> {
                    // Not about rounding.
                }
            }
        }
        return NEAREST;
    }

    static double sum(double a, double b) {
        double sum = a + b;
        double bRounded = sum - a;
        double error = (a - (sum - bRounded)) + (b - bRounded);
        return odd(sum, error);
    }

    /** {@code a b + c}, of which the product must be exact as a double: true of numbers of up to 26 bits. */
    static double productAndSum(double a, double b, double c) {
        return sum(a * b, c);
    }

    static double quotient(double a, double b) {
        double quotient = a / b;
        // The rest of the division has the sign of the error if the divisor is positive.
        double rest = Math.fma(-quotient, b, a);
        return odd(quotient, b < 0 ? -rest : rest);
    }

    static double root(double a) {
        double root = Math.sqrt(a);
        return odd(root, Math.fma(-root, root, a));
    }

    private static double odd(double rounded, double error) {
        if (error == 0
                || Double.isNaN(error)
                || Double.isInfinite(rounded)
                || (Double.doubleToRawLongBits(rounded) & 1) != 0) {
            return rounded;
        }
        return error > 0 ? Math.nextUp(rounded) : Math.nextDown(rounded);
    }

    /** Rounds a number that is exact or odd. */
    float toFloat(double exactOrOdd) {
        float nearest = (float) exactOrOdd;
        return switch (this) {
            case NEAREST -> nearest;
            case TOWARDS_ZERO ->
                Math.abs((double) nearest) > Math.abs(exactOrOdd) ? Math.nextAfter(nearest, 0) : nearest;
            case DOWN -> nearest > exactOrOdd ? Math.nextDown(nearest) : nearest;
            case UP -> nearest < exactOrOdd ? Math.nextUp(nearest) : nearest;
        };
    }

    /** A float that rounds to narrower types as the number itself does. */
    static float toOddFloat(double exactOrOdd) {
        float towardsZero = TOWARDS_ZERO.toFloat(exactOrOdd);
        return towardsZero == exactOrOdd || Double.isNaN(exactOrOdd)
                ? towardsZero
                : Float.intBitsToFloat(Float.floatToRawIntBits(towardsZero) | 1);
    }

    /** Rounds to a whole number. */
    double toWhole(double value) {
        return switch (this) {
            case NEAREST -> Math.rint(value);
            case TOWARDS_ZERO -> value < 0 ? Math.ceil(value) : Math.floor(value);
            case DOWN -> Math.floor(value);
            case UP -> Math.ceil(value);
        };
    }
}
