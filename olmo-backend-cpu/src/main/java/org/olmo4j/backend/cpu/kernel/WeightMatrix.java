package org.olmo4j.backend.cpu.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.olmo4j.checkpoint.Tensor;
import org.olmo4j.checkpoint.TensorType;

/**
 * A row-major matrix of weights in its stored type.
 *
 * @param type element type
 * @param rows output width
 * @param columns input width
 * @param data rows x columns elements, little-endian, off-heap
 */
public record WeightMatrix(TensorType type, int rows, int columns, MemorySegment data) {

    static final ValueLayout.OfFloat FLOATS = JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort SHORTS = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * The matrix of a tensor, without a copy.
     *
     * @param tensor of a checkpoint
     * @return the same data
     */
    public static WeightMatrix of(Tensor tensor) {
        return new WeightMatrix(tensor.type(), tensor.rows(), tensor.columns(), tensor.data());
    }

    /**
     * Where a row starts.
     *
     * @param row 0-based
     * @return offset in bytes
     */
    long rowOffset(int row) {
        return (long) row * columns * type.bytes();
    }

    /**
     * The order in which kernels read the inputs of this matrix.
     *
     * @return by its type
     */
    public ElementOrder order() {
        return type == TensorType.BF16 ? ElementOrder.PAIRS_SPLIT : ElementOrder.SEQUENTIAL;
    }

    /**
     * Widens one row, exactly, in its natural order.
     *
     * @param row 0-based
     * @param target gets {@link #columns()} elements
     * @param offset of the first
     */
    public void widenRow(int row, float[] target, int offset) {
        long start = rowOffset(row);
        for (int column = 0; column < columns; column++) {
            target[offset + column] = switch (type) {
                case F32 -> data.get(FLOATS, start + 4L * column);
                case F16 -> Float.float16ToFloat(data.get(SHORTS, start + 2L * column));
                case BF16 -> Float.intBitsToFloat(data.get(SHORTS, start + 2L * column) << Short.SIZE);
            };
        }
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
