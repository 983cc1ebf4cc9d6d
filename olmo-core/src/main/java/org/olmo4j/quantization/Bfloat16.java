package org.olmo4j.quantization;

/** The upper half of an IEEE 754 binary32. */
public final class Bfloat16 {

    private static final int HALF = 0x7FFF;
    private static final int QUIET = 0x40;

    private Bfloat16() {}

    /**
     * Rounds to nearest, ties to even; beyond the range to infinity.
     *
     * @param value any number; NaN stays NaN
     * @return 16 bits
     */
    public static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            // Rounding could carry its mantissa over into an infinity.
            return (short) ((bits >>> Short.SIZE) | QUIET);
        }
        return (short) ((bits + HALF + ((bits >>> Short.SIZE) & 1)) >>> Short.SIZE);
    }

    /**
     * Widens, exactly.
     *
     * @param bits 16 bits
     * @return their value
     */
    public static float toFloat(short bits) {
        return Float.intBitsToFloat(bits << Short.SIZE);
    }
}
