package org.olmo4j.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.olmo4j.quantization.Bfloat16;
import org.olmo4j.quantization.Int4Block;
import org.olmo4j.quantization.Int8Block;

/** Writes rows of weights into a matrix of any format. Holds scratch memory: one for each thread. Not thread-safe. */
public final class WeightWriter {

    /** All ones in infinities and NaN. */
    private static final int HALF_EXPONENT = 0x7C00;

    private final float[] block = new float[Contract.BLOCK];
    private final byte[] quants = new byte[Contract.BLOCK];
    private short[] halves = new short[0];

    /**
     * Narrows or quantizes one row. Rows may be written in any order, by several writers at once.
     *
     * @param weights holds the row
     * @param offset of its first weight
     * @param target gets the row; its memory is writable and was filled with zeros
     * @param row 0-based
     * @return false if a weight is not a finite number and its format is F16, INT8 or INT4, or if it is beyond the range of F16
     */
    public boolean write(float[] weights, int offset, WeightMatrix target, int row) {
        int columns = target.columns();
        switch (target.format()) {
            case F32 ->
                MemorySegment.copy(weights, offset, target.data(), WeightMatrix.FLOATS, target.rowOffset(row), columns);
            case BF16 -> {
                short[] narrow = halves(columns);
                for (int i = 0; i < columns; i++) {
                    narrow[i] = Bfloat16.of(weights[offset + i]);
                }
                MemorySegment.copy(narrow, 0, target.data(), WeightMatrix.SHORTS, target.rowOffset(row), columns);
            }
            case F16 -> {
                short[] narrow = halves(columns);
                boolean finite = true;
                for (int i = 0; i < columns; i++) {
                    narrow[i] = Float.floatToFloat16(weights[offset + i]);
                    finite &= (narrow[i] & HALF_EXPONENT) != HALF_EXPONENT;
                }
                if (!finite) {
                    return false;
                }
                MemorySegment.copy(narrow, 0, target.data(), WeightMatrix.SHORTS, target.rowOffset(row), columns);
            }
            case INT8 -> {
                return writeInt8(weights, offset, target, row);
            }
            case INT4 -> {
                return writeInt4(weights, offset, target, row);
            }
        }
        return true;
    }

    private short[] halves(int columns) {
        if (halves.length < columns) {
            halves = new short[columns];
        }
        return halves;
    }

    private boolean writeInt8(float[] weights, int offset, WeightMatrix target, int row) {
        for (int index = 0; index < target.blocks(); index++) {
            short scale = Int8Block.quantize(block(weights, offset, target, index), 0, quants, 0);
            if (!Float.isFinite(Bfloat16.toFloat(scale))) {
                return false;
            }
            MemorySegment.copy(
                    quants,
                    0,
                    target.data(),
                    ValueLayout.JAVA_BYTE,
                    target.rowOffset(row) + (long) index * Contract.BLOCK,
                    Contract.BLOCK);
            target.data().set(WeightMatrix.SHORTS, target.scalesOffset(row) + 2L * index, scale);
        }
        return true;
    }

    private boolean writeInt4(float[] weights, int offset, WeightMatrix target, int row) {
        long part = WeightMatrix.partOffset(row);
        for (int index = 0; index < target.blocks(); index++) {
            short scale = Int4Block.quantize(block(weights, offset, target, index), 0, quants, 0);
            if (!Float.isFinite(Bfloat16.toFloat(scale))) {
                return false;
            }
            long lines = target.groupOffset(row) + (long) index * WeightMatrix.BLOCK_LINES * WeightMatrix.LINE_BYTES;
            for (int line = 0; line < WeightMatrix.BLOCK_LINES; line++) {
                int nibbles = 0;
                for (int i = 3; i >= 0; i--) {
                    nibbles = (nibbles << 4) + quants[4 * line + i] - Int4Block.LOWEST;
                }
                target.data().set(WeightMatrix.SHORTS, lines + (long) line * WeightMatrix.LINE_BYTES + part, (short)
                        nibbles);
            }
            target.data()
                    .set(
                            WeightMatrix.SHORTS,
                            target.scalesOffset(row) + (long) index * WeightMatrix.LINE_BYTES + part,
                            scale);
        }
        return true;
    }

    /** One block of a row, padded with zeros. */
    private float[] block(float[] weights, int offset, WeightMatrix target, int index) {
        int start = index * Contract.BLOCK;
        int length = Math.min(Contract.BLOCK, target.columns() - start);
        System.arraycopy(weights, offset + start, block, 0, length);
        Arrays.fill(block, length, Contract.BLOCK, 0);
        return block;
    }
}
