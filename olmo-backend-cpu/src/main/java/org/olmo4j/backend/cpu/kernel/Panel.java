package org.olmo4j.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Some rows of a weight matrix widened to float32, in the matrix's element order, each padded with zeros to whole blocks. It is small enough
 * for the L2 cache, so that a batch of tokens reads each weight from memory once. One for each thread.
 */
final class Panel {

    /** Rows that the kernels process together. */
    static final int TILE_ROWS = 4;

    private float[] weights = new float[0];
    private short[] halves = new short[0];

    /**
     * Widens rows; rows up to a multiple of {@link #TILE_ROWS} are filled with zeros.
     *
     * @param matrix the weights
     * @param rowFrom first row
     * @param rowTo after the last row
     * @return rows of {@link Contract#padded}(columns) elements; valid until the next call
     */
    float[] fill(WeightMatrix matrix, int rowFrom, int rowTo) {
        int stride = Contract.padded(matrix.columns());
        int rows = (rowTo - rowFrom + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS;
        if (weights.length < rows * stride) {
            weights = new float[rows * stride];
            halves = new short[stride];
        }
        if (halves.length < stride) {
            halves = new short[stride];
        }
        for (int row = rowFrom; row < rowTo; row++) {
            widen(matrix, row, (row - rowFrom) * stride);
        }
        Arrays.fill(weights, (rowTo - rowFrom) * stride, rows * stride, 0);
        return weights;
    }

    private void widen(WeightMatrix matrix, int row, int offset) {
        int columns = matrix.columns();
        MemorySegment data = matrix.data();
        long start = matrix.rowOffset(row);
        switch (matrix.type()) {
            case F32 -> {
                MemorySegment.copy(data, WeightMatrix.FLOATS, start, weights, offset, columns);
                Arrays.fill(weights, offset + columns, offset + Contract.padded(columns), 0);
            }
            case F16 -> {
                copyHalves(data, start, columns);
                for (int k = 0; k < Contract.padded(columns); k++) {
                    weights[offset + k] = Float.float16ToFloat(halves[k]);
                }
            }
            case BF16 -> {
                copyHalves(data, start, columns);
                for (int block = 0; block < Contract.padded(columns); block += Contract.BLOCK) {
                    for (int lane = 0; lane < Contract.LANES; lane++) {
                        weights[offset + block + lane] = Float.intBitsToFloat(halves[block + 2 * lane] << 16);
                        weights[offset + block + Contract.LANES + lane] =
                                Float.intBitsToFloat(halves[block + 2 * lane + 1] << 16);
                    }
                }
            }
        }
    }

    private void copyHalves(MemorySegment data, long start, int columns) {
        MemorySegment.copy(data, WeightMatrix.SHORTS, start, halves, 0, columns);
        Arrays.fill(halves, columns, Contract.padded(columns), (short) 0);
    }
}
