package org.olmo4j.backend.cpu.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.olmo4j.checkpoint.Tensor;
import org.olmo4j.quantization.Bfloat16;

/**
 * A matrix of weights, [output width, input width].
 *
 * @param format how its elements lie in memory
 * @param rows output width
 * @param columns input width
 * @param data little-endian, off-heap
 */
public record WeightMatrix(WeightFormat format, int rows, int columns, MemorySegment data) {

    /** Bytes behind the scales of {@link WeightFormat#INT8}. */
    static final int SLACK_BYTES = 64;

    /** Bytes of a line of {@link WeightFormat#INT4}. */
    static final int LINE_BYTES = 64;

    /** Lines of the integers of a group of rows and a block. */
    static final int BLOCK_LINES = 8;

    static final ValueLayout.OfFloat FLOATS = JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt WORDS = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort SHORTS = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * The matrix of a tensor, without a copy.
     *
     * @param tensor of a checkpoint
     * @return the same data
     */
    public static WeightMatrix of(Tensor tensor) {
        return new WeightMatrix(WeightFormat.of(tensor.type()), tensor.rows(), tensor.columns(), tensor.data());
    }

    /**
     * The memory that a matrix takes.
     *
     * @param format how its elements lie
     * @param rows output width
     * @param columns input width
     * @return bytes
     */
    public static long bytes(WeightFormat format, int rows, int columns) {
        long blocks = Contract.padded(columns) / Contract.BLOCK;
        long groups = groups(rows);
        return switch (format) {
            case F32 -> 4L * rows * columns;
            case BF16, F16 -> 2L * rows * columns;
            case INT8 -> rows * blocks * (Contract.BLOCK + Short.BYTES) + SLACK_BYTES;
            case INT4 -> groups * blocks * (BLOCK_LINES + 1) * LINE_BYTES;
        };
    }

    private static int groups(int rows) {
        return (rows + Contract.ROW_GROUP - 1) / Contract.ROW_GROUP;
    }

    /** Input width, padded to whole blocks. */
    int stride() {
        return Contract.padded(columns);
    }

    /** Blocks of a row. */
    int blocks() {
        return stride() / Contract.BLOCK;
    }

    /** Distance of two lanes in a row-major format: a lane of BF16 is a pair of weights. */
    long laneBytes() {
        return switch (format) {
            case F32, BF16 -> 4;
            case F16 -> 2;
            case INT8 -> 1;
            case INT4 -> throw new IllegalStateException("Rows of " + format + " are interleaved");
        };
    }

    /** Where a row's elements start, in a row-major format; offset in bytes. */
    long rowOffset(int row) {
        return switch (format) {
            case F32 -> 4L * row * columns;
            case BF16, F16 -> 2L * row * columns;
            case INT8 -> (long) row * stride();
            case INT4 -> throw new IllegalStateException("Rows of " + format + " are interleaved");
        };
    }

    /** Where the scales of a row of INT8 start, or those of the group of a row of INT4; offset in bytes. */
    long scalesOffset(int row) {
        return switch (format) {
            case INT8 -> ((long) rows * stride()) + (long) row * blocks() * Short.BYTES;
            case INT4 ->
                (long) groups(rows) * blocks() * BLOCK_LINES * LINE_BYTES
                        + (long) (row / Contract.ROW_GROUP) * blocks() * LINE_BYTES;
            case F32, BF16, F16 -> throw new IllegalStateException(format + " has no scales");
        };
    }

    /** Where the lines of the group of a row of INT4 start; offset in bytes. */
    long groupOffset(int row) {
        return (long) (row / Contract.ROW_GROUP) * blocks() * BLOCK_LINES * LINE_BYTES;
    }

    /** Where the part of a row starts in a line; offset in bytes. */
    static long partOffset(int row) {
        int rowOfGroup = row % Contract.ROW_GROUP;
        return 4L * (rowOfGroup % Contract.LANES) + 2L * (rowOfGroup / Contract.LANES);
    }

    /**
     * Whether an input that was prepared for another matrix serves this one, too.
     *
     * @param other the other
     * @return whether both read the same elements in the same form
     */
    public boolean sharesInputs(WeightMatrix other) {
        return columns == other.columns
                && format.order() == other.format.order()
                && format.quantizesInputs() == other.format.quantizesInputs();
    }

    /**
     * Widens one row, exactly, in its natural order.
     *
     * @param row 0-based
     * @param target gets {@link #columns()} elements
     * @param offset of the first
     */
    public void widenRow(int row, float[] target, int offset) {
        switch (format) {
            case F32 -> MemorySegment.copy(data, FLOATS, rowOffset(row), target, offset, columns);
            case F16 -> {
                long start = rowOffset(row);
                for (int column = 0; column < columns; column++) {
                    target[offset + column] = Float.float16ToFloat(data.get(SHORTS, start + 2L * column));
                }
            }
            case BF16 -> {
                long start = rowOffset(row);
                for (int column = 0; column < columns; column++) {
                    target[offset + column] = Bfloat16.toFloat(data.get(SHORTS, start + 2L * column));
                }
            }
            case INT8 -> {
                long start = rowOffset(row);
                long scales = scalesOffset(row);
                for (int column = 0; column < columns; column++) {
                    short scale = data.get(SHORTS, scales + 2L * (column / Contract.BLOCK));
                    target[offset + column] = data.get(ValueLayout.JAVA_BYTE, start + column) * Bfloat16.toFloat(scale);
                }
            }
            case INT4 -> {
                for (int column = 0; column < columns; column++) {
                    target[offset + column] = int4(row, column) * int4Scale(row, column / Contract.BLOCK);
                }
            }
        }
    }

    /** One integer of INT4. */
    int int4(int row, int column) {
        long line = (long) (column / Contract.BLOCK) * BLOCK_LINES + column % Contract.BLOCK / 4;
        int part = data.get(SHORTS, groupOffset(row) + line * LINE_BYTES + partOffset(row));
        return (part >>> (4 * (column % 4)) & 15) + org.olmo4j.quantization.Int4Block.LOWEST;
    }

    /** One scale of INT4. */
    float int4Scale(int row, int block) {
        return Bfloat16.toFloat(data.get(SHORTS, scalesOffset(row) + (long) block * LINE_BYTES + partOffset(row)));
    }

    /**
     * All elements of a small matrix or a vector.
     *
     * @return rows x columns floats
     */
    public float[] toFloats() {
        float[] floats = new float[Math.multiplyExact(rows, columns)];
        for (int row = 0; row < rows; row++) {
            widenRow(row, floats, row * columns);
        }
        return floats;
    }
}
