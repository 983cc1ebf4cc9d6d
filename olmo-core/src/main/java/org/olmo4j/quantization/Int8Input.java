package org.olmo4j.quantization;

/**
 * The inputs of a matrix of {@link Int4Block}s: {@value #SIZE} consecutive elements of a vector as integers from -127 to 127 with one scale in
 * binary32. Its product with a block of weights is (sum of the products of integers) x (scale of the inputs x scale of the weights); the sum,
 * at most 32,512, is exact.
 */
public final class Int8Input {

    /** Elements of a block. */
    public static final int SIZE = 32;

    private static final float LARGEST = 127;

    /** Below this largest magnitude a block is zero: the inverse of its scale would overflow. */
    private static final float NEGLIGIBLE = 1e-30f;

    private Int8Input() {}

    /**
     * What elements are multiplied by before they are rounded.
     *
     * @param largest the largest magnitude of a block
     * @return 127 / largest, or 0 for a negligible one
     */
    public static float inverseScale(float largest) {
        return largest < NEGLIGIBLE ? 0 : LARGEST / largest;
    }

    /**
     * What an integer stands for.
     *
     * @param largest the largest magnitude of a block
     * @return largest / 127, or 0 for a negligible one; infinite or NaN if an element is
     */
    public static float scale(float largest) {
        return largest < NEGLIGIBLE ? 0 : largest / LARGEST;
    }

    /**
     * Quantizes a block: q = x times the inverse scale, rounded to nearest, ties to even.
     *
     * @param inputs holds it
     * @param offset of its first element
     * @param quants gets {@value #SIZE} integers
     * @param quantsOffset of the first
     * @return the scale; infinite or NaN if an element is, and then the integers mean nothing
     */
    public static float quantize(float[] inputs, int offset, byte[] quants, int quantsOffset) {
        float largest = 0;
        for (int i = 0; i < SIZE; i++) {
            largest = Math.max(largest, Math.abs(inputs[offset + i]));
        }
        float inverse = inverseScale(largest);
        for (int i = 0; i < SIZE; i++) {
            quants[quantsOffset + i] = (byte) Math.rint(inputs[offset + i] * inverse);
        }
        return scale(largest);
    }
}
