package org.olmo4j.backend.cpu.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Few input vectors, straight from the weights: bound by memory; see {@link VectorKernels}. The lanes of a vector are logical lanes over K.
 *
 * <p>One input meets four rows, two to four inputs meet two rows. The rows are far apart: several streams keep more of the memory's banks and
 * prefetchers busy than neighbouring rows do (measured: 29 instead of 22 GB/s on one thread).
 */
final class VectorRows implements Product {

    private static final VectorSpecies<Float> FLOATS = VectorWidths.floats(MethodHandles.lookup());
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    /** As many 16-bit elements as there are floats in a vector, as far as there are such vectors. */
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 2)));
    /** At least as many bytes as there are floats in a vector; the first of them are used. */
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 4)));

    private static final int WIDTH = FLOATS.length();
    /** Bytes of integers for each byte of scales. */
    private static final int LANES_OF_SCALE = Contract.BLOCK / Short.BYTES;

    private static final int UPPER_HALF = 0xFFFF0000;

    /** Rows that meet one input, and inputs that meet a pair of rows. */
    private static final int STREAMS = 4;

    /** Moves the exponent of a binary16 to that of a binary32. */
    static final float HALF_EXPONENT_SHIFT = 0x1p112f;

    static final int HALF_SIGN_AND_NUMBER = 0x8FFFE000;

    private final WidenedRows widened = new WidenedRows();
    /** [row of four][lane], or [row of two][input][lane]. */
    private final float[] lanes = new float[2 * STREAMS * Contract.LANES];

    /** Inputs are [token][element] in the matrix's order. */
    @Override
    public void prepare(WeightMatrix matrix, float[] source, int from, int to, Activations target) {
        int columns = matrix.columns();
        for (int token = from; token < to; token++) {
            matrix.format().order().pack(source, token * columns, columns, target.floats, token * matrix.stride());
        }
    }

    @Override
    public void multiply(
            WeightMatrix matrix, int rowFrom, int rowTo, Activations inputs, float[] outputs, int outputStride) {
        // There is no vector of two 16-bit elements.
        boolean direct = matrix.format() == WeightFormat.INT8
                || (matrix.columns() == matrix.stride()
                        && (matrix.format() != WeightFormat.F16 || SHORTS.length() == WIDTH));
        if (direct) {
            multiply(matrix, rowFrom, rowTo, 0, inputs, outputs, outputStride);
            return;
        }
        for (int start = rowFrom; start < rowTo; start += Contract.ROW_GROUP) {
            int end = Math.min(rowTo, start + Contract.ROW_GROUP);
            multiply(widened.widen(matrix, start, end), 0, end - start, start, inputs, outputs, outputStride);
        }
    }

    /** Rows from to to, whose results go {@code shift} elements further. */
    private void multiply(
            WeightMatrix matrix, int from, int to, int shift, Activations inputs, float[] outputs, int outputStride) {
        if (inputs.tokens() == 1) {
            int quarter = (to - from + STREAMS - 1) / STREAMS;
            for (int i = from; i < from + quarter; i++) {
                // Where four do not divide the rows, some are computed twice.
                int second = Math.min(i + quarter, to - 1);
                int third = Math.min(i + 2 * quarter, to - 1);
                int fourth = Math.min(i + 3 * quarter, to - 1);
                fourRows(matrix, i, second, third, fourth, inputs.floats);
                outputs[shift + i] = Contract.sum(lanes, 0);
                outputs[shift + second] = Contract.sum(lanes, Contract.LANES);
                outputs[shift + third] = Contract.sum(lanes, 2 * Contract.LANES);
                outputs[shift + fourth] = Contract.sum(lanes, 3 * Contract.LANES);
            }
            return;
        }
        int half = (to - from + 1) / 2;
        for (int i = from; i < from + half; i++) {
            int second = Math.min(i + half, to - 1);
            for (int token = 0; token < inputs.tokens(); token += STREAMS) {
                int last = inputs.tokens() - 1;
                twoRows(matrix, i, second, inputs.floats, token, last);
                for (int t = 0; t < STREAMS && token + t <= last; t++) {
                    int output = (token + t) * outputStride + shift;
                    outputs[output + i] = Contract.sum(lanes, t * Contract.LANES);
                    outputs[output + second] = Contract.sum(lanes, (STREAMS + t) * Contract.LANES);
                }
            }
        }
    }

    private void fourRows(WeightMatrix matrix, int first, int second, int third, int fourth, float[] x) {
        MemorySegment data = matrix.data();
        int length = matrix.stride();
        if (matrix.format() == WeightFormat.INT8) {
            for (int lane = 0; lane < Contract.LANES; lane += WIDTH) {
                int8(
                        data,
                        matrix.rowOffset(first),
                        matrix.rowOffset(second),
                        matrix.rowOffset(third),
                        matrix.rowOffset(fourth),
                        matrix.scalesOffset(0),
                        x,
                        length,
                        lane);
            }
            return;
        }
        long a = matrix.rowOffset(first);
        long b = matrix.rowOffset(second);
        long c = matrix.rowOffset(third);
        long d = matrix.rowOffset(fourth);
        for (int lane = 0; lane < Contract.LANES; lane += WIDTH) {
            if (matrix.format() == WeightFormat.F32) {
                f32(data, a, b, c, d, x, length, lane);
            } else if (matrix.format() == WeightFormat.BF16) {
                bf16(data, a, b, c, d, x, length, lane);
            } else {
                f16(data, a, b, c, d, x, length, lane);
            }
        }
    }

    private void f32(MemorySegment data, long first, long second, long third, long fourth, float[] x, int length, int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int k = lane; k < length; k += Contract.LANES) {
            FloatVector input = FloatVector.fromArray(FLOATS, x, k);
            long offset = 4L * k;
            a = input.fma(FloatVector.fromMemorySegment(FLOATS, data, first + offset, LITTLE_ENDIAN), a);
            b = input.fma(FloatVector.fromMemorySegment(FLOATS, data, second + offset, LITTLE_ENDIAN), b);
            c = input.fma(FloatVector.fromMemorySegment(FLOATS, data, third + offset, LITTLE_ENDIAN), c);
            d = input.fma(FloatVector.fromMemorySegment(FLOATS, data, fourth + offset, LITTLE_ENDIAN), d);
        }
        store(a, b, c, d, lane);
    }

    private void bf16(MemorySegment data, long first, long second, long third, long fourth, float[] x, int length, int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int k = 0; k < length; k += Contract.BLOCK) {
            FloatVector even = FloatVector.fromArray(FLOATS, x, k + lane);
            FloatVector odd = FloatVector.fromArray(FLOATS, x, k + lane + Contract.LANES);
            long offset = 2L * k + 4L * lane;
            IntVector wa = IntVector.fromMemorySegment(INTS, data, first + offset, LITTLE_ENDIAN);
            IntVector wb = IntVector.fromMemorySegment(INTS, data, second + offset, LITTLE_ENDIAN);
            IntVector wc = IntVector.fromMemorySegment(INTS, data, third + offset, LITTLE_ENDIAN);
            IntVector wd = IntVector.fromMemorySegment(INTS, data, fourth + offset, LITTLE_ENDIAN);
            a = odd.fma(upper(wa), even.fma(lower(wa), a));
            b = odd.fma(upper(wb), even.fma(lower(wb), b));
            c = odd.fma(upper(wc), even.fma(lower(wc), c));
            d = odd.fma(upper(wd), even.fma(lower(wd), d));
        }
        store(a, b, c, d, lane);
    }

    private void f16(MemorySegment data, long first, long second, long third, long fourth, float[] x, int length, int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int k = lane; k < length; k += Contract.LANES) {
            FloatVector input = FloatVector.fromArray(FLOATS, x, k);
            long offset = 2L * k;
            a = input.fma(half(data, first + offset), a);
            b = input.fma(half(data, second + offset), b);
            c = input.fma(half(data, third + offset), c);
            d = input.fma(half(data, fourth + offset), d);
        }
        store(a, b, c, d, lane);
    }

    private void int8(
            MemorySegment data,
            long first,
            long second,
            long third,
            long fourth,
            long scales,
            float[] x,
            int length,
            int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        long firstScale = scales + first / LANES_OF_SCALE;
        long secondScale = scales + second / LANES_OF_SCALE;
        long thirdScale = scales + third / LANES_OF_SCALE;
        long fourthScale = scales + fourth / LANES_OF_SCALE;
        for (int k = lane; k < length; k += Contract.LANES) {
            FloatVector input = FloatVector.fromArray(FLOATS, x, k);
            int scale = k / Contract.BLOCK * Short.BYTES;
            a = input.fma(quants(data, first + k).mul(scale(data, firstScale + scale)), a);
            b = input.fma(quants(data, second + k).mul(scale(data, secondScale + scale)), b);
            c = input.fma(quants(data, third + k).mul(scale(data, thirdScale + scale)), c);
            d = input.fma(quants(data, fourth + k).mul(scale(data, fourthScale + scale)), d);
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

    /** Binary16 to binary32: the number moves into place with its sign, and a product corrects the exponent, exactly for subnormal ones too. There are no infinite weights. */
    private static FloatVector half(MemorySegment data, long offset) {
        IntVector bits = (IntVector) ShortVector.fromMemorySegment(SHORTS, data, offset, LITTLE_ENDIAN)
                .convertShape(VectorOperators.S2I, INTS, 0);
        return bits.lanewise(VectorOperators.LSHL, 13)
                .and(HALF_SIGN_AND_NUMBER)
                .reinterpretAsFloats()
                .mul(HALF_EXPONENT_SHIFT);
    }

    private static FloatVector quants(MemorySegment data, long offset) {
        return (FloatVector) ByteVector.fromMemorySegment(BYTES, data, offset, LITTLE_ENDIAN)
                .convertShape(VectorOperators.B2F, FLOATS, 0);
    }

    /** A bfloat16 is the upper half of the 32 bits that end with it: broadcast from memory at once. */
    private static FloatVector scale(MemorySegment data, long offset) {
        return IntVector.broadcast(INTS, data.get(WeightMatrix.WORDS, offset - Short.BYTES))
                .and(UPPER_HALF)
                .reinterpretAsFloats();
    }

    /** Two rows meet four inputs, from the given one on; beyond the last one it is repeated. */
    private void twoRows(WeightMatrix matrix, int first, int second, float[] x, int token, int last) {
        int length = matrix.stride();
        int x0 = token * length;
        int x1 = Math.min(token + 1, last) * length;
        int x2 = Math.min(token + 2, last) * length;
        int x3 = Math.min(token + 3, last) * length;
        long a = matrix.rowOffset(first);
        long b = matrix.rowOffset(second);
        for (int lane = 0; lane < Contract.LANES; lane += WIDTH) {
            if (matrix.format() == WeightFormat.F32) {
                f32(matrix.data(), a, b, x, x0, x1, x2, x3, length, lane);
            } else if (matrix.format() == WeightFormat.BF16) {
                bf16(matrix.data(), a, b, x, x0, x1, x2, x3, length, lane);
            } else if (matrix.format() == WeightFormat.F16) {
                f16(matrix.data(), a, b, x, x0, x1, x2, x3, length, lane);
            } else {
                int8(matrix.data(), a, b, matrix.scalesOffset(0), x, x0, x1, x2, x3, length, lane);
            }
        }
    }

    private void f32(
            MemorySegment data, long first, long second, float[] x, int x0, int x1, int x2, int x3, int length, int lane) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        for (int k = lane; k < length; k += Contract.LANES) {
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, data, first + 4L * k, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(FLOATS, data, second + 4L * k, LITTLE_ENDIAN);
            FloatVector input = FloatVector.fromArray(FLOATS, x, x0 + k);
            a0 = input.fma(a, a0);
            b0 = input.fma(b, b0);
            input = FloatVector.fromArray(FLOATS, x, x1 + k);
            a1 = input.fma(a, a1);
            b1 = input.fma(b, b1);
            input = FloatVector.fromArray(FLOATS, x, x2 + k);
            a2 = input.fma(a, a2);
            b2 = input.fma(b, b2);
            input = FloatVector.fromArray(FLOATS, x, x3 + k);
            a3 = input.fma(a, a3);
            b3 = input.fma(b, b3);
        }
        store(a0, a1, a2, a3, lane);
        store(b0, b1, b2, b3, lane + STREAMS * Contract.LANES);
    }

    private void bf16(
            MemorySegment data, long first, long second, float[] x, int x0, int x1, int x2, int x3, int length, int lane) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        for (int k = 0; k < length; k += Contract.BLOCK) {
            long offset = 2L * k + 4L * lane;
            IntVector wa = IntVector.fromMemorySegment(INTS, data, first + offset, LITTLE_ENDIAN);
            IntVector wb = IntVector.fromMemorySegment(INTS, data, second + offset, LITTLE_ENDIAN);
            FloatVector a = lower(wa);
            FloatVector b = lower(wb);
            int even = k + lane;
            FloatVector input = FloatVector.fromArray(FLOATS, x, x0 + even);
            a0 = input.fma(a, a0);
            b0 = input.fma(b, b0);
            input = FloatVector.fromArray(FLOATS, x, x1 + even);
            a1 = input.fma(a, a1);
            b1 = input.fma(b, b1);
            input = FloatVector.fromArray(FLOATS, x, x2 + even);
            a2 = input.fma(a, a2);
            b2 = input.fma(b, b2);
            input = FloatVector.fromArray(FLOATS, x, x3 + even);
            a3 = input.fma(a, a3);
            b3 = input.fma(b, b3);
            a = upper(wa);
            b = upper(wb);
            int odd = even + Contract.LANES;
            input = FloatVector.fromArray(FLOATS, x, x0 + odd);
            a0 = input.fma(a, a0);
            b0 = input.fma(b, b0);
            input = FloatVector.fromArray(FLOATS, x, x1 + odd);
            a1 = input.fma(a, a1);
            b1 = input.fma(b, b1);
            input = FloatVector.fromArray(FLOATS, x, x2 + odd);
            a2 = input.fma(a, a2);
            b2 = input.fma(b, b2);
            input = FloatVector.fromArray(FLOATS, x, x3 + odd);
            a3 = input.fma(a, a3);
            b3 = input.fma(b, b3);
        }
        store(a0, a1, a2, a3, lane);
        store(b0, b1, b2, b3, lane + STREAMS * Contract.LANES);
    }

    private void f16(
            MemorySegment data, long first, long second, float[] x, int x0, int x1, int x2, int x3, int length, int lane) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        for (int k = lane; k < length; k += Contract.LANES) {
            FloatVector a = half(data, first + 2L * k);
            FloatVector b = half(data, second + 2L * k);
            FloatVector input = FloatVector.fromArray(FLOATS, x, x0 + k);
            a0 = input.fma(a, a0);
            b0 = input.fma(b, b0);
            input = FloatVector.fromArray(FLOATS, x, x1 + k);
            a1 = input.fma(a, a1);
            b1 = input.fma(b, b1);
            input = FloatVector.fromArray(FLOATS, x, x2 + k);
            a2 = input.fma(a, a2);
            b2 = input.fma(b, b2);
            input = FloatVector.fromArray(FLOATS, x, x3 + k);
            a3 = input.fma(a, a3);
            b3 = input.fma(b, b3);
        }
        store(a0, a1, a2, a3, lane);
        store(b0, b1, b2, b3, lane + STREAMS * Contract.LANES);
    }

    private void int8(
            MemorySegment data,
            long first,
            long second,
            long scales,
            float[] x,
            int x0,
            int x1,
            int x2,
            int x3,
            int length,
            int lane) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        long firstScale = scales + first / LANES_OF_SCALE;
        long secondScale = scales + second / LANES_OF_SCALE;
        for (int k = lane; k < length; k += Contract.LANES) {
            int scale = k / Contract.BLOCK * Short.BYTES;
            FloatVector a = quants(data, first + k).mul(scale(data, firstScale + scale));
            FloatVector b = quants(data, second + k).mul(scale(data, secondScale + scale));
            FloatVector input = FloatVector.fromArray(FLOATS, x, x0 + k);
            a0 = input.fma(a, a0);
            b0 = input.fma(b, b0);
            input = FloatVector.fromArray(FLOATS, x, x1 + k);
            a1 = input.fma(a, a1);
            b1 = input.fma(b, b1);
            input = FloatVector.fromArray(FLOATS, x, x2 + k);
            a2 = input.fma(a, a2);
            b2 = input.fma(b, b2);
            input = FloatVector.fromArray(FLOATS, x, x3 + k);
            a3 = input.fma(a, a3);
            b3 = input.fma(b, b3);
        }
        store(a0, a1, a2, a3, lane);
        store(b0, b1, b2, b3, lane + STREAMS * Contract.LANES);
    }
}
