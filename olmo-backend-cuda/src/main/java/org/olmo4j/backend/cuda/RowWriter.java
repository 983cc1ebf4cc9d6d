package org.olmo4j.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.olmo4j.backend.WeightType;
import org.olmo4j.backend.cuda.kernel.DeviceMatrix;
import org.olmo4j.checkpoint.Tensor;
import org.olmo4j.quantization.Bfloat16;
import org.olmo4j.quantization.Int4Block;
import org.olmo4j.quantization.Int8Block;

/** Brings rows of a tensor into the form in which a GPU holds them. Holds scratch memory: one for each thread. */
final class RowWriter {

    /** All ones in infinities and NaN. */
    private static final int HALF_EXPONENT = 0x7C00;

    private static final ValueLayout.OfShort SHORTS = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfFloat FLOATS = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final Tensor tensor;
    private final WeightType type;
    /** Padded: what lies behind the columns is zero, and stays so. */
    private final float[] weights;

    private final byte[] quants = new byte[DeviceMatrix.BLOCK];

    /**
     * Makes a writer.
     *
     * @param tensor whose rows are written
     * @param type of the result
     */
    RowWriter(Tensor tensor, WeightType type) {
        this.tensor = tensor;
        this.type = type;
        this.weights = new float[DeviceMatrix.stride(tensor.columns())];
    }

    /**
     * Writes one row.
     *
     * @param row of the tensor
     * @param target gets {@link DeviceMatrix#rowBytes} bytes
     * @param offset of the first
     * @param scales gets {@link DeviceMatrix#scaleBytes} bytes
     * @param scalesOffset of the first
     * @return false if a weight is not a finite number and its type is F16, INT8 or INT4, or if it is beyond the range of F16
     */
    boolean write(int row, MemorySegment target, long offset, MemorySegment scales, long scalesOffset) {
        RowReader.read(tensor, row, weights);
        return switch (type) {
            case F32 -> {
                MemorySegment.copy(weights, 0, target, FLOATS, offset, weights.length);
                yield true;
            }
            case BF16 -> {
                for (int i = 0; i < weights.length; i++) {
                    target.set(SHORTS, offset + 2L * i, Bfloat16.of(weights[i]));
                }
                yield true;
            }
            case F16 -> writeF16(target, offset);
            case INT8, INT4 -> writeBlocks(target, offset, scales, scalesOffset);
            case STORED -> throw new IllegalArgumentException("Stored weights have the type of their tensor");
        };
    }

    private boolean writeF16(MemorySegment target, long offset) {
        boolean finite = true;
        for (int i = 0; i < weights.length; i++) {
            short half = Float.floatToFloat16(weights[i]);
            finite &= (half & HALF_EXPONENT) != HALF_EXPONENT;
            target.set(SHORTS, offset + 2L * i, half);
        }
        return finite;
    }

    private boolean writeBlocks(MemorySegment target, long offset, MemorySegment scales, long scalesOffset) {
        for (int block = 0; block < weights.length / DeviceMatrix.BLOCK; block++) {
            int first = block * DeviceMatrix.BLOCK;
            short scale;
            if (type == WeightType.INT8) {
                scale = Int8Block.quantize(weights, first, quants, 0);
                MemorySegment.copy(quants, 0, target, ValueLayout.JAVA_BYTE, offset + first, quants.length);
            } else {
                scale = Int4Block.quantize(weights, first, quants, 0);
                int half = DeviceMatrix.BLOCK / 2;
                for (int i = 0; i < half; i++) {
                    int low = quants[i] - Int4Block.LOWEST;
                    int high = quants[half + i] - Int4Block.LOWEST;
                    target.set(ValueLayout.JAVA_BYTE, offset + (long) block * half + i, (byte) (high << 4 | low));
                }
            }
            if (!Float.isFinite(Bfloat16.toFloat(scale))) {
                return false;
            }
            scales.set(SHORTS, scalesOffset + 2L * block, scale);
        }
        return true;
    }
}
