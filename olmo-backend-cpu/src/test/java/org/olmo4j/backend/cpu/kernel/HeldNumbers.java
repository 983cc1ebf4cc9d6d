package org.olmo4j.backend.cpu.kernel;

import java.util.Arrays;
import org.olmo4j.quantization.Bfloat16;
import org.olmo4j.quantization.Int4Block;
import org.olmo4j.quantization.Int8Block;
import org.olmo4j.quantization.Int8Input;

/** What a format holds of numbers, by the definition of its blocks and without any layout. */
public final class HeldNumbers {

    private static final int BLOCK = 32;

    private HeldNumbers() {}

    /** The weights of one row. */
    public static double[] weights(WeightFormat format, float[] row) {
        double[] held = new double[row.length];
        byte[] quants = new byte[BLOCK];
        for (int start = 0; start < row.length; start += BLOCK) {
            float[] block = block(row, start);
            switch (format) {
                case F32 -> {}
                case BF16 -> {
                    for (int i = 0; i < BLOCK; i++) {
                        block[i] = Bfloat16.toFloat(Bfloat16.of(block[i]));
                    }
                }
                case F16 -> {
                    for (int i = 0; i < BLOCK; i++) {
                        block[i] = Float.float16ToFloat(Float.floatToFloat16(block[i]));
                    }
                }
                case INT8 -> Int8Block.dequantize(quants, 0, Int8Block.quantize(block, 0, quants, 0), block, 0);
                case INT4 -> Int4Block.dequantize(quants, 0, Int4Block.quantize(block, 0, quants, 0), block, 0);
            }
            for (int i = start; i < Math.min(row.length, start + BLOCK); i++) {
                held[i] = block[i - start];
            }
        }
        return held;
    }

    /** The inputs of a product with a matrix of a format. */
    public static double[] inputs(WeightFormat format, float[] input) {
        double[] held = new double[input.length];
        byte[] quants = new byte[BLOCK];
        for (int start = 0; start < input.length; start += BLOCK) {
            double scale = Int8Input.quantize(block(input, start), 0, quants, 0);
            for (int i = start; i < Math.min(input.length, start + BLOCK); i++) {
                held[i] = format == WeightFormat.INT4 ? quants[i - start] * scale : input[i];
            }
        }
        return held;
    }

    private static float[] block(float[] row, int start) {
        return Arrays.copyOf(Arrays.copyOfRange(row, start, Math.min(row.length, start + BLOCK)), BLOCK);
    }
}
