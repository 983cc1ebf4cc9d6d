package org.olmo4j.backend.cpu.kernel;

import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Many input vectors: a matrix product bound by arithmetic; see {@link VectorKernels}. The lanes of a vector are rows of the matrix, and each
 * logical lane over K is a product of its own over every 16th element. That gives the bits of the contract without a sum over the lanes of a
 * vector, and with half the loads.
 *
 * <p>{@link RowPanel} brings the rows into a panel in the L2 cache; a tile of 8 inputs and 32 rows of 16 lanes each has its sums in registers.
 */
final class VectorTiles implements Product {

    private static final VectorSpecies<Float> FLOATS = VectorWidths.floats(MethodHandles.lookup());
    private static final int WIDTH = FLOATS.length();

    /** 16 sums in registers are too many for the 16 registers of AVX2. */
    private static final boolean WHOLE_TILES = FLOATS.vectorBitSize() != 256;

    private static final int TOKENS = Activations.TOKEN_GROUP;
    private static final int ROWS = Contract.ROW_GROUP;

    /** Inputs that meet a panel before the next ones: the sums of their 16 lanes are 128 KiB. */
    private static final int BATCH_TOKENS = 64;

    /**
     * Elements of inputs that meet all rows before the next ones: 8 MiB, which the threads find in the L3 cache again for each panel. Filling the
     * panels anew costs less than reading 512 inputs of 8192 elements from memory for each of them (114 instead of 140 GFLOP/s on one thread of an AMD Zen 5).
     */
    private static final int CACHED_INPUTS = 2 << 20;

    /** The leaves of the tree over the lanes from left to right: neighbours are added, then neighbouring sums, and so on. */
    private static final int[] LEAVES = {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15};

    private final RowPanel panel;
    /** [leaf][token][row]. */
    private final float[] leaves = new float[Contract.LANES * BATCH_TOKENS * ROWS];

    private float[] ordered = new float[0];

    /**
     * Makes it.
     *
     * @param panel of the same width
     */
    VectorTiles(RowPanel panel) {
        this.panel = panel;
    }

    /** Inputs are [group of 8 tokens][logical lane][step][token]; absent tokens of the last group are zeros. */
    @Override
    public void prepare(WeightMatrix matrix, float[] source, int from, int to, Activations target) {
        int columns = matrix.columns();
        int stride = matrix.stride();
        if (ordered.length < TOKENS * stride) {
            ordered = new float[TOKENS * stride];
        }
        for (int start = from; start < to; start += TOKENS) {
            int tokens = Math.min(TOKENS, to - start);
            for (int token = 0; token < tokens; token++) {
                matrix.format().order().pack(source, (start + token) * columns, columns, ordered, token * stride);
            }
            Arrays.fill(ordered, tokens * stride, TOKENS * stride, 0);
            int position = start * stride;
            for (int lane = 0; lane < Contract.LANES; lane++) {
                for (int k = lane; k < stride; k += Contract.LANES) {
                    for (int token = 0; token < TOKENS; token++) {
                        target.floats[position++] = ordered[token * stride + k];
                    }
                }
            }
        }
    }

    @Override
    public void multiply(
            WeightMatrix matrix, int rowFrom, int rowTo, Activations inputs, float[] outputs, int outputStride) {
        int cached = Math.max(1, CACHED_INPUTS / (BATCH_TOKENS * matrix.stride())) * BATCH_TOKENS;
        for (int token = 0; token < inputs.tokens(); token += cached) {
            int end = Math.min(inputs.tokens(), token + cached);
            multiply(matrix, rowFrom, rowTo, inputs, token, end, outputs, outputStride);
        }
    }

    private void multiply(
            WeightMatrix matrix,
            int rowFrom,
            int rowTo,
            Activations inputs,
            int tokenFrom,
            int tokenTo,
            float[] outputs,
            int outputStride) {
        for (int row = rowFrom; row < rowTo; row += ROWS) {
            int rows = Math.min(ROWS, rowTo - row);
            float[] weights = panel.fill(matrix, row, rows);
            for (int token = tokenFrom; token < tokenTo; token += BATCH_TOKENS) {
                int tokens = Math.min(BATCH_TOKENS, tokenTo - token);
                multiplyLanes(weights, inputs.floats, token * matrix.stride(), tokens, matrix.stride());
                addLanes(tokens * ROWS);
                for (int t = 0; t < tokens; t++) {
                    System.arraycopy(leaves, t * ROWS, outputs, (token + t) * outputStride + row, rows);
                }
            }
        }
    }

    private void multiplyLanes(float[] panel, float[] inputs, int offset, int tokens, int stride) {
        int steps = stride / Contract.LANES;
        for (int leaf = 0; leaf < Contract.LANES; leaf++) {
            int lane = LEAVES[leaf];
            int weights = RowPanel.laneOffset(lane, steps);
            for (int token = 0; token < tokens; token += TOKENS) {
                int input = offset + token * stride + lane * steps * TOKENS;
                int output = (leaf * BATCH_TOKENS + token) * ROWS;
                boolean whole = WHOLE_TILES && tokens - token > TOKENS / 2;
                for (int row = 0; row < ROWS; row += 2 * WIDTH) {
                    if (whole) {
                        tile8(inputs, input, panel, weights + row, steps, leaves, output + row);
                    } else {
                        tile4(inputs, input, panel, weights + row, steps, leaves, output + row);
                        if (tokens - token > TOKENS / 2) {
                            int second = output + TOKENS / 2 * ROWS + row;
                            tile4(inputs, input + TOKENS / 2, panel, weights + row, steps, leaves, second);
                        }
                    }
                }
            }
        }
    }

    private static void tile8(float[] x, int input, float[] w, int weights, int steps, float[] sums, int output) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector b0 = a0;
        FloatVector a1 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = a0;
        FloatVector b2 = a0;
        FloatVector a3 = a0;
        FloatVector b3 = a0;
        FloatVector a4 = a0;
        FloatVector b4 = a0;
        FloatVector a5 = a0;
        FloatVector b5 = a0;
        FloatVector a6 = a0;
        FloatVector b6 = a0;
        FloatVector a7 = a0;
        FloatVector b7 = a0;
        for (int step = 0; step < steps; step++) {
            FloatVector a = FloatVector.fromArray(FLOATS, w, weights + step * ROWS);
            FloatVector b = FloatVector.fromArray(FLOATS, w, weights + step * ROWS + WIDTH);
            int token = input + step * TOKENS;
            FloatVector value = FloatVector.broadcast(FLOATS, x[token]);
            a0 = value.fma(a, a0);
            b0 = value.fma(b, b0);
            value = FloatVector.broadcast(FLOATS, x[token + 1]);
            a1 = value.fma(a, a1);
            b1 = value.fma(b, b1);
            value = FloatVector.broadcast(FLOATS, x[token + 2]);
            a2 = value.fma(a, a2);
            b2 = value.fma(b, b2);
            value = FloatVector.broadcast(FLOATS, x[token + 3]);
            a3 = value.fma(a, a3);
            b3 = value.fma(b, b3);
            value = FloatVector.broadcast(FLOATS, x[token + 4]);
            a4 = value.fma(a, a4);
            b4 = value.fma(b, b4);
            value = FloatVector.broadcast(FLOATS, x[token + 5]);
            a5 = value.fma(a, a5);
            b5 = value.fma(b, b5);
            value = FloatVector.broadcast(FLOATS, x[token + 6]);
            a6 = value.fma(a, a6);
            b6 = value.fma(b, b6);
            value = FloatVector.broadcast(FLOATS, x[token + 7]);
            a7 = value.fma(a, a7);
            b7 = value.fma(b, b7);
        }
        store(a0, b0, sums, output);
        store(a1, b1, sums, output + ROWS);
        store(a2, b2, sums, output + 2 * ROWS);
        store(a3, b3, sums, output + 3 * ROWS);
        store(a4, b4, sums, output + 4 * ROWS);
        store(a5, b5, sums, output + 5 * ROWS);
        store(a6, b6, sums, output + 6 * ROWS);
        store(a7, b7, sums, output + 7 * ROWS);
    }

    private static void tile4(float[] x, int input, float[] w, int weights, int steps, float[] sums, int output) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector b0 = a0;
        FloatVector a1 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = a0;
        FloatVector b2 = a0;
        FloatVector a3 = a0;
        FloatVector b3 = a0;
        for (int step = 0; step < steps; step++) {
            FloatVector a = FloatVector.fromArray(FLOATS, w, weights + step * ROWS);
            FloatVector b = FloatVector.fromArray(FLOATS, w, weights + step * ROWS + WIDTH);
            int token = input + step * TOKENS;
            FloatVector value = FloatVector.broadcast(FLOATS, x[token]);
            a0 = value.fma(a, a0);
            b0 = value.fma(b, b0);
            value = FloatVector.broadcast(FLOATS, x[token + 1]);
            a1 = value.fma(a, a1);
            b1 = value.fma(b, b1);
            value = FloatVector.broadcast(FLOATS, x[token + 2]);
            a2 = value.fma(a, a2);
            b2 = value.fma(b, b2);
            value = FloatVector.broadcast(FLOATS, x[token + 3]);
            a3 = value.fma(a, a3);
            b3 = value.fma(b, b3);
        }
        store(a0, b0, sums, output);
        store(a1, b1, sums, output + ROWS);
        store(a2, b2, sums, output + 2 * ROWS);
        store(a3, b3, sums, output + 3 * ROWS);
    }

    private static void store(FloatVector a, FloatVector b, float[] sums, int offset) {
        a.intoArray(sums, offset);
        b.intoArray(sums, offset + WIDTH);
    }

    /** The tree of {@link Contract#sum} over the leaves; the result is in the first one. */
    private void addLanes(int elements) {
        addEight(elements, 0);
        addEight(elements, Contract.LANES / 2 * BATCH_TOKENS * ROWS);
        for (int i = 0; i < elements; i += WIDTH) {
            leaf(i, 0).add(leaf(i, Contract.LANES / 2)).intoArray(leaves, i);
        }
    }

    private void addEight(int elements, int from) {
        for (int i = from; i < from + elements; i += WIDTH) {
            FloatVector first = leaf(i, 0).add(leaf(i, 1)).add(leaf(i, 2).add(leaf(i, 3)));
            FloatVector second = leaf(i, 4).add(leaf(i, 5)).add(leaf(i, 6).add(leaf(i, 7)));
            first.add(second).intoArray(leaves, i);
        }
    }

    private FloatVector leaf(int offset, int leaf) {
        return FloatVector.fromArray(FLOATS, leaves, offset + leaf * BATCH_TOKENS * ROWS);
    }
}
