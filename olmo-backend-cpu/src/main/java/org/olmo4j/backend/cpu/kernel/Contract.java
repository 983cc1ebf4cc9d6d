package org.olmo4j.backend.cpu.kernel;

/** The numbers and the scalar functions of the numeric contract that all kernels share. */
public final class Contract {

    /** Version of the contract, part of a replay key: kernels of equal versions give equal bits. */
    public static final int VERSION = 1;

    /** Logical lanes of a dot product: those of one 512-bit vector of floats. */
    public static final int LANES = 16;

    /** Elements to which a dot product's length is padded: 16 pairs of BF16 weights. */
    public static final int BLOCK = 32;

    /** Rows of a matrix that are interleaved, or brought into a panel together. */
    public static final int ROW_GROUP = 32;

    /** Below this exp is 0: 2^-126 is the smallest scale that the exponent bits can express. */
    static final float EXP_LOWEST = -87.3f;

    /** Above this exp would overflow. */
    static final float EXP_HIGHEST = 88.0f;

    static final float LOG2_E = 1.442695f;
    /** ln 2 in two parts: the product of the upper one (few mantissa bits) with a small integer is exact. */
    static final float LN2_UPPER = 355f / 512;

    static final float LN2_LOWER = -2.1219444e-4f;
    /** Adding 1.5 * 2^23 leaves the rounded integer in the lowest mantissa bits. */
    static final float ROUND = 12582912f;

    static final int ROUND_BITS = 0x4B400000;

    /** Coefficients of e^r = 1 + r + r^2 (1/2 + r/6 + ...) on |r| up to ln(2)/2: the Taylor series, whose error there is below 2^-26. */
    static final float EXP_2 = 1f / 2;

    static final float EXP_3 = 1f / 6;
    static final float EXP_4 = 1f / 24;
    static final float EXP_5 = 1f / 120;
    static final float EXP_6 = 1f / 720;
    static final float EXP_7 = 1f / 5040;

    private Contract() {}

    /**
     * e^x, with a relative error under 2e-7: x = n ln 2 + r, a polynomial in r, and n in the exponent bits.
     *
     * @param x any number; below {@value #EXP_LOWEST} the result is 0, above {@value #EXP_HIGHEST} it is that of the bound
     * @return e^x
     */
    public static float exp(float x) {
        if (x < EXP_LOWEST) {
            return 0;
        }
        float bounded = Math.min(x, EXP_HIGHEST);
        float shifted = Math.fma(bounded, LOG2_E, ROUND);
        float n = shifted - ROUND;
        float r = Math.fma(n, -LN2_LOWER, Math.fma(n, -LN2_UPPER, bounded));
        float p = Math.fma(EXP_7, r, EXP_6);
        p = Math.fma(p, r, EXP_5);
        p = Math.fma(p, r, EXP_4);
        p = Math.fma(p, r, EXP_3);
        p = Math.fma(p, r, EXP_2);
        p = Math.fma(p, r, 1);
        p = Math.fma(p, r, 1);
        return p * Float.intBitsToFloat((Float.floatToRawIntBits(shifted) - ROUND_BITS + 127) << 23);
    }

    /**
     * The smallest multiple of {@link #BLOCK} that holds a number of elements.
     *
     * @param elements 0 or more
     * @return the padded length
     */
    public static int padded(int elements) {
        return (elements + BLOCK - 1) / BLOCK * BLOCK;
    }

    /**
     * The smallest multiple of {@link #LANES} that holds a number of elements.
     *
     * @param elements 0 or more
     * @return the padded length
     */
    public static int paddedToLanes(int elements) {
        return (elements + LANES - 1) / LANES * LANES;
    }

    /**
     * The fixed tree over the lanes of one dot product: lane i + lane i + 8, then + 4, + 2, + 1. Written out, since as loops over the array
     * it took as long as the products of some hundred elements.
     *
     * @param lanes holds 16 lanes from the offset
     * @param offset of lane 0
     * @return their sum
     */
    public static float sum(float[] lanes, int offset) {
        float sum0 = lanes[offset] + lanes[offset + 8] + (lanes[offset + 4] + lanes[offset + 12]);
        float sum1 = lanes[offset + 1] + lanes[offset + 9] + (lanes[offset + 5] + lanes[offset + 13]);
        float sum2 = lanes[offset + 2] + lanes[offset + 10] + (lanes[offset + 6] + lanes[offset + 14]);
        float sum3 = lanes[offset + 3] + lanes[offset + 11] + (lanes[offset + 7] + lanes[offset + 15]);
        return sum0 + sum2 + (sum1 + sum3);
    }
}
