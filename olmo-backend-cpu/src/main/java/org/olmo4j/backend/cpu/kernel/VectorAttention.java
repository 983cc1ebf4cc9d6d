package org.olmo4j.backend.cpu.kernel;

import static java.nio.ByteOrder.nativeOrder;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.olmo4j.backend.KeyValueType;

/** Attention and SwiGLU with the Vector API; see {@link VectorKernels}. */
final class VectorAttention implements AttentionLoops {

    private static final VectorSpecies<Float> FLOATS = VectorWidths.floats(MethodHandles.lookup());
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    private static final int WIDTH = FLOATS.length();
    private static final int UPPER_HALF = 0xFFFF0000;

    /** Tokens whose scores are computed together. */
    private static final int ROWS = 4;

    /** Vectors of a value that are weighed together: one chain of multiply-adds would wait for itself. */
    private static final int COLUMNS = 4;

    /** [row of the tile][lane]. */
    private final float[] lanes = new float[ROWS * Contract.LANES];

    @Override
    public void swiglu(float[] gate, float[] up, int from, int to) {
        int i = from;
        for (; i + WIDTH <= to; i += WIDTH) {
            FloatVector x = FloatVector.fromArray(FLOATS, gate, i);
            x.div(exp(x.neg()).add(1)).mul(FloatVector.fromArray(FLOATS, up, i)).intoArray(gate, i);
        }
        for (; i < to; i++) {
            gate[i] = gate[i] / (1 + Contract.exp(-gate[i])) * up[i];
        }
    }

    /** {@link Contract#exp} in every lane. */
    private static FloatVector exp(FloatVector x) {
        VectorMask<Float> zero = x.compare(VectorOperators.LT, Contract.EXP_LOWEST);
        FloatVector bounded = x.min(Contract.EXP_HIGHEST);
        FloatVector round = FloatVector.broadcast(FLOATS, Contract.ROUND);
        FloatVector shifted = bounded.fma(FloatVector.broadcast(FLOATS, Contract.LOG2_E), round);
        FloatVector n = shifted.sub(round);
        FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -Contract.LN2_UPPER), bounded);
        r = n.fma(FloatVector.broadcast(FLOATS, -Contract.LN2_LOWER), r);
        FloatVector p =
                FloatVector.broadcast(FLOATS, Contract.EXP_7).fma(r, FloatVector.broadcast(FLOATS, Contract.EXP_6));
        p = p.fma(r, FloatVector.broadcast(FLOATS, Contract.EXP_5));
        p = p.fma(r, FloatVector.broadcast(FLOATS, Contract.EXP_4));
        p = p.fma(r, FloatVector.broadcast(FLOATS, Contract.EXP_3));
        p = p.fma(r, FloatVector.broadcast(FLOATS, Contract.EXP_2));
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        p = p.fma(r, one);
        p = p.fma(r, one);
        FloatVector scale = shifted.reinterpretAsInts()
                .add(127 - Contract.ROUND_BITS)
                .lanewise(VectorOperators.LSHL, 23)
                .reinterpretAsFloats();
        return p.mul(scale).blend(0, zero);
    }

    @Override
    public void attend(
            Attention attention,
            MemorySegment keys,
            long keysOffset,
            MemorySegment values,
            long valuesOffset,
            int from,
            int to) {
        int size = attention.paddedHeadSize;
        boolean narrow = attention.type == KeyValueType.BF16;
        float[] scores = attention.scores;
        // Four at a time, also such as are not visible: they lie in the tile, and their scores are dropped.
        for (int token = from / ROWS * ROWS; token < to; token += ROWS) {
            for (int lane = 0; lane < Contract.LANES; lane += WIDTH) {
                if (narrow) {
                    scoresBf16(attention.query, keys, keysOffset + 2L * token * size, size, lane);
                } else {
                    scoresF32(attention.query, keys, keysOffset + 4L * token * size, size, lane);
                }
            }
            for (int row = 0; row < ROWS; row++) {
                scores[token + row] = LaneSum.of(FLOATS, lanes, row * Contract.LANES);
            }
        }
        float maximum = attention.tileMaximum(from, to);
        for (int i = 0; i < Attention.TILE_TOKENS; i += WIDTH) {
            exp(FloatVector.fromArray(FLOATS, scores, i).sub(maximum)).intoArray(scores, i);
        }
        Arrays.fill(scores, 0, from, 0);
        Arrays.fill(scores, to, Attention.TILE_TOKENS, 0);
        if (narrow) {
            for (int block = 0; block < size; block += Contract.BLOCK) {
                for (int lane = 0; lane < Contract.LANES; lane += WIDTH) {
                    long offset = valuesOffset + 2L * block + 4L * lane;
                    weighBf16(scores, values, offset, 2L * size, from, to, attention.tileOutput, block + lane);
                }
            }
        } else {
            int i = 0;
            for (; i + COLUMNS * WIDTH <= size; i += COLUMNS * WIDTH) {
                weighFourF32(scores, values, valuesOffset + 4L * i, 4L * size, from, to, attention.tileOutput, i);
            }
            for (; i < size; i += WIDTH) {
                weighF32(scores, values, valuesOffset + 4L * i, 4L * size, from, to, attention.tileOutput, i);
            }
        }
        attention.merge(maximum);
    }

    private void scoresF32(float[] query, MemorySegment keys, long offset, int size, int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        long second = offset + 4L * size;
        long third = second + 4L * size;
        long fourth = third + 4L * size;
        for (int i = lane; i < size; i += Contract.LANES) {
            FloatVector q = FloatVector.fromArray(FLOATS, query, i);
            a = q.fma(FloatVector.fromMemorySegment(FLOATS, keys, offset + 4L * i, nativeOrder()), a);
            b = q.fma(FloatVector.fromMemorySegment(FLOATS, keys, second + 4L * i, nativeOrder()), b);
            c = q.fma(FloatVector.fromMemorySegment(FLOATS, keys, third + 4L * i, nativeOrder()), c);
            d = q.fma(FloatVector.fromMemorySegment(FLOATS, keys, fourth + 4L * i, nativeOrder()), d);
        }
        store(a, b, c, d, lane);
    }

    private void scoresBf16(float[] query, MemorySegment keys, long offset, int size, int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        long first = offset + 4L * lane;
        long second = first + 2L * size;
        long third = second + 2L * size;
        long fourth = third + 2L * size;
        for (int block = 0; block < size; block += Contract.BLOCK) {
            FloatVector low = FloatVector.fromArray(FLOATS, query, block + lane);
            FloatVector high = FloatVector.fromArray(FLOATS, query, block + lane + Contract.LANES);
            IntVector pair = IntVector.fromMemorySegment(INTS, keys, first + 2L * block, nativeOrder());
            a = high.fma(upper(pair), low.fma(lower(pair), a));
            pair = IntVector.fromMemorySegment(INTS, keys, second + 2L * block, nativeOrder());
            b = high.fma(upper(pair), low.fma(lower(pair), b));
            pair = IntVector.fromMemorySegment(INTS, keys, third + 2L * block, nativeOrder());
            c = high.fma(upper(pair), low.fma(lower(pair), c));
            pair = IntVector.fromMemorySegment(INTS, keys, fourth + 2L * block, nativeOrder());
            d = high.fma(upper(pair), low.fma(lower(pair), d));
        }
        store(a, b, c, d, lane);
    }

    private void store(FloatVector a, FloatVector b, FloatVector c, FloatVector d, int lane) {
        a.intoArray(lanes, lane);
        b.intoArray(lanes, lane + Contract.LANES);
        c.intoArray(lanes, lane + 2 * Contract.LANES);
        d.intoArray(lanes, lane + 3 * Contract.LANES);
    }

    private static FloatVector lower(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
    }

    private static FloatVector upper(IntVector pairs) {
        return pairs.and(UPPER_HALF).reinterpretAsFloats();
    }

    private static void weighFourF32(
            float[] weights,
            MemorySegment values,
            long offset,
            long tokenBytes,
            int from,
            int to,
            float[] output,
            int outputOffset) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int token = from; token < to; token++) {
            long first = offset + token * tokenBytes;
            FloatVector weight = FloatVector.broadcast(FLOATS, weights[token]);
            a = weight.fma(FloatVector.fromMemorySegment(FLOATS, values, first, nativeOrder()), a);
            b = weight.fma(FloatVector.fromMemorySegment(FLOATS, values, first + 4L * WIDTH, nativeOrder()), b);
            c = weight.fma(FloatVector.fromMemorySegment(FLOATS, values, first + 8L * WIDTH, nativeOrder()), c);
            d = weight.fma(FloatVector.fromMemorySegment(FLOATS, values, first + 12L * WIDTH, nativeOrder()), d);
        }
        a.intoArray(output, outputOffset);
        b.intoArray(output, outputOffset + WIDTH);
        c.intoArray(output, outputOffset + 2 * WIDTH);
        d.intoArray(output, outputOffset + 3 * WIDTH);
    }

    private static void weighF32(
            float[] weights,
            MemorySegment values,
            long offset,
            long tokenBytes,
            int from,
            int to,
            float[] output,
            int outputOffset) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int token = from; token < to; token++) {
            sum = FloatVector.fromMemorySegment(FLOATS, values, offset + token * tokenBytes, nativeOrder())
                    .fma(FloatVector.broadcast(FLOATS, weights[token]), sum);
        }
        sum.intoArray(output, outputOffset);
    }

    private static void weighBf16(
            float[] weights,
            MemorySegment values,
            long offset,
            long tokenBytes,
            int from,
            int to,
            float[] output,
            int outputOffset) {
        FloatVector low = FloatVector.zero(FLOATS);
        FloatVector high = low;
        for (int token = from; token < to; token++) {
            IntVector pair = IntVector.fromMemorySegment(INTS, values, offset + token * tokenBytes, nativeOrder());
            FloatVector weight = FloatVector.broadcast(FLOATS, weights[token]);
            low = lower(pair).fma(weight, low);
            high = upper(pair).fma(weight, high);
        }
        low.intoArray(output, outputOffset);
        high.intoArray(output, outputOffset + Contract.LANES);
    }
}
