package org.olmo4j.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.olmo4j.checkpoint.Tensor;
import org.olmo4j.quantization.Bfloat16;

/** Reads rows of a checkpoint's tensors as float32. */
final class RowReader {

    // A file may put a tensor at any address, and is little-endian.
    private static final ValueLayout.OfFloat FLOATS =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORTS =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private RowReader() {}

    /**
     * Widens one row.
     *
     * @param tensor of a checkpoint
     * @param row 0-based
     * @param target gets its columns
     */
    static void read(Tensor tensor, int row, float[] target) {
        int columns = tensor.columns();
        MemorySegment data = tensor.data();
        long first = (long) row * columns * tensor.type().bytes();
        switch (tensor.type()) {
            case F32 -> MemorySegment.copy(data, FLOATS, first, target, 0, columns);
            case BF16 -> {
                for (int i = 0; i < columns; i++) {
                    target[i] = Bfloat16.toFloat(data.get(SHORTS, first + 2L * i));
                }
            }
            case F16 -> {
                for (int i = 0; i < columns; i++) {
                    target[i] = Float.float16ToFloat(data.get(SHORTS, first + 2L * i));
                }
            }
        }
    }
}
