package org.olmo4j.backend.cpu.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Some rows of a matrix whose rows are no whole blocks, widened to binary32 in the order of the inputs and padded with zeros, off-heap as
 * weights are. Odd widths are rare: plain and slow. One for each thread.
 */
final class WidenedRows {

    private MemorySegment memory = MemorySegment.NULL;
    private float[] natural = new float[0];
    private float[] ordered = new float[0];

    /**
     * Widens rows.
     *
     * @param matrix the weights
     * @param from first row
     * @param to after the last, at most {@link Contract#ROW_GROUP} further
     * @return the rows as a matrix of {@link WeightFormat#F32}; valid until the next call
     */
    WeightMatrix widen(WeightMatrix matrix, int from, int to) {
        int stride = matrix.stride();
        if (ordered.length < stride) {
            natural = new float[stride];
            ordered = new float[stride];
        }
        long bytes = (long) Contract.ROW_GROUP * stride * Float.BYTES;
        if (memory.byteSize() < bytes) {
            memory = Arena.ofAuto().allocate(bytes, 64);
        }
        for (int row = from; row < to; row++) {
            matrix.widenRow(row, natural, 0);
            matrix.format().order().pack(natural, 0, matrix.columns(), ordered, 0);
            long offset = (long) (row - from) * stride * Float.BYTES;
            MemorySegment.copy(ordered, 0, memory, WeightMatrix.FLOATS, offset, stride);
        }
        return new WeightMatrix(WeightFormat.F32, to - from, stride, memory);
    }
}
