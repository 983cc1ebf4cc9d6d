package org.olmo4j.quantization;

/**
 * The format INT8: {@value #SIZE} consecutive weights of a row as integers q from -127 to 127 with one scale s in bfloat16, so that a weight
 * is q x s, a product that is exact in binary32. The last block of a row is padded with zeros.
 *
 * <p>s is the largest magnitude / 127, rounded to bfloat16 before the integers are chosen; the rounding of s by at most 0.2 % thus costs less than
 * a tenth of what the integers lose. A bfloat16 has the range of binary32: no block of small weights loses its scale, as with binary16.
 */
public final class Int8Block {

    /** Weights of a block. */
    public static final int SIZE = 32;

    private static final int LARGEST = 127;

    private Int8Block() {}

    /**
     * The scale of a block.
     *
     * @param largest the largest magnitude of its weights
     * @return a bfloat16; infinite or NaN if a weight is
     */
    public static short scale(float largest) {
        return Bfloat16.of(largest / LARGEST);
    }

    /**
     * Quantizes a block: q = w / s, rounded to nearest, ties to even. Where s is 0, all are 0.
     *
     * @param weights holds it
     * @param offset of its first weight
     * @param quants gets {@value #SIZE} integers
     * @param quantsOffset of the first
     * @return the scale, a bfloat16; infinite or NaN if a weight is, and then the integers mean nothing
     */
    public static short quantize(float[] weights, int offset, byte[] quants, int quantsOffset) {
        float largest = 0;
        for (int i = 0; i < SIZE; i++) {
            largest = Math.max(largest, Math.abs(weights[offset + i]));
        }
        short bits = scale(largest);
        float scale = Bfloat16.toFloat(bits);
        for (int i = 0; i < SIZE; i++) {
            quants[quantsOffset + i] =
                    scale == 0 ? 0 : (byte) Math.clamp(Math.rint(weights[offset + i] / scale), -LARGEST, LARGEST);
        }
        return bits;
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
