package org.olmo4j.benchmark.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.olmo4j.checkpoint.TensorType;

/**
 * The random values of one tensor. Each is a function of seed, tensor name and place alone, so that any number of threads, in any order,
 * writes the same file. About normal: the sum of four uniform numbers (Irwin-Hall), which needs no transcendental function.
 */
final class RandomWeights {

    /** The standard deviation that OLMo's configurations name as {@code initializer_range}. */
    static final float STANDARD_DEVIATION = 0.02f;

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final int UNIFORM_MASK = 0xFFFF;
    private static final float SUM_MEAN = 4 * UNIFORM_MASK / 2f;
    /** Of a sum of four uniform numbers with n = 65,536 values each: sqrt(4 (n^2 - 1) / 12). */
    private static final float SUM_DEVIATION = 37_837.22f;

    private final long state;
    private final float mean;

    RandomWeights(long seed, PlannedTensor tensor) {
        long hash = seed;
        for (byte character : tensor.name().getBytes(StandardCharsets.UTF_8)) {
            hash = mix(hash + GOLDEN_GAMMA + character);
        }
        this.state = hash;
        this.mean = tensor.mean();
    }

    /**
     * One value, before it is rounded to a type.
     *
     * @param index place in the tensor, row by row
     */
    float value(long index) {
        long bits = mix(state + index * GOLDEN_GAMMA);
        long sum =
                (bits & UNIFORM_MASK) + ((bits >>> 16) & UNIFORM_MASK) + ((bits >>> 32) & UNIFORM_MASK) + (bits >>> 48);
        return mean + (sum - SUM_MEAN) * (STANDARD_DEVIATION / SUM_DEVIATION);
    }

    /**
     * Fills a buffer with consecutive values.
     *
     * @param from place of the first in the tensor
     * @param count how many
     * @param type what they are rounded to, to the nearest, ties to even
     * @param target has room for them; is left with its position behind them
     */
    void write(long from, int count, TensorType type, ByteBuffer target) {
        target.order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    target.putFloat(value(from + i));
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target.putShort(Float.floatToFloat16(value(from + i)));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target.putShort(toBf16(value(from + i)));
                }
            }
        }
    }

    static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood 2014). */
    private static long mix(long value) {
        long first = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        long second = (first ^ (first >>> 27)) * 0x94D049BB133111EBL;
        return second ^ (second >>> 31);
    }
}
