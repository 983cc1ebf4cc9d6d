package org.olmo4j.backend.cpu.kernel;

/**
 * The input vectors of a product, in the form in which {@link Kernels} read them. The arrays grow to the largest product and are reused.
 * Filled by several threads for different tokens, then read by all.
 */
public final class Activations {

    /** Tokens that are prepared together: ranges begin at multiples of it. */
    public static final int TOKEN_GROUP = 8;

    float[] floats = new float[0];
    /** Of quantized inputs. */
    int[] integers = new int[0];
    /** For each token and block, what the sum of its products begins with. */
    int[] corrections = new int[0];
    /** For each token and block. */
    float[] scales = new float[0];

    private int tokens;

    /**
     * Makes room for a product.
     *
     * @param matrix its weights
     * @param tokens how many input vectors, at least 1
     */
    public void reserve(WeightMatrix matrix, int tokens) {
        this.tokens = tokens;
        int padded = (tokens + TOKEN_GROUP - 1) / TOKEN_GROUP * TOKEN_GROUP;
        int elements = Math.multiplyExact(padded, matrix.stride());
        if (!matrix.format().quantizesInputs()) {
            floats = floats.length < elements ? new float[elements] : floats;
        } else if (integers.length < elements) {
            integers = new int[elements];
            corrections = new int[elements / Contract.BLOCK];
            scales = new float[elements / Contract.BLOCK];
        }
    }

    /**
     * How many input vectors there are.
     *
     * @return 1 or more
     */
    int tokens() {
        return tokens;
    }
}
