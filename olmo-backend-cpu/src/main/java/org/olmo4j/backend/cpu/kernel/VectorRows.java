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
 * Up to some dozens of input vectors; see {@link VectorKernels}. The lanes of a vector are logical lanes over K, four rows are multiplied together.
 *
 * <p>Very few inputs meet the weights as they are read from memory, which bounds them. The four rows are far apart then: several streams keep more
 * of the memory's banks and prefetchers busy than neighbouring rows do (measured: 29 instead of 22 GB/s on one thread). More inputs meet rows that
 * were widened into the L1 cache, in tiles of four inputs and four rows.
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

    /** Rows that are multiplied together. */
    private static final int ROWS = 4;
    /** Inputs that meet widened rows together. From this many on, widening rows once costs less than doing it anew for each input. */
    private static final int TOKENS = 4;

    /** Rows whose results are gathered: a line of the cache from each of four streams. */
    private static final int GATHERED_ROWS = 64;

    /** Moves the exponent of a binary16 to that of a binary32. */
    static final float HALF_EXPONENT_SHIFT = 0x1p112f;

    static final int HALF_SIGN_AND_NUMBER = 0x8FFFE000;

    private final WidenedRows widened = new WidenedRows();
    /** [input of four][row of four][lane]. */
    private final float[] lanes = new float[TOKENS * ROWS * Contract.LANES];

    private final TileSum tileSum;
    private final float[] sums = new float[TileSum.PRODUCTS];
    private final int[] rows = new int[ROWS];
    /** [token][row of some]. */
    private float[] gathered = new float[0];
    /** Four rows, widened. */
    private float[] quad = new float[0];

    private long row0;
    private long row1;
    private long row2;
    private long row3;

    /**
     * Makes it.
     *
     * @param tileSum of the same width
     */
    VectorRows(TileSum tileSum) {
        this.tileSum = tileSum;
    }

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
        if (inputs.tokens() < TOKENS) {
            multiplyEach(matrix, from, to, shift, inputs, outputs, outputStride);
        } else {
            multiplyWidened(matrix, from, to, shift, inputs, outputs, outputStride);
        }
    }

    /** One input after the other meets four rows: the first brings them into the L1 cache. */
    private void multiplyEach(
            WeightMatrix matrix, int from, int to, int shift, Activations inputs, float[] outputs, int outputStride) {
        int quarter = (to - from + ROWS - 1) / ROWS;
        for (int i = from; i < from + quarter; i++) {
            // Where four do not divide the rows, some are computed twice.
            fourOf(i, quarter, to - 1);
            for (int token = 0; token < inputs.tokens(); token++) {
                multiplyOne(matrix, inputs.floats, token * matrix.stride());
                reduce(0, outputs, token * outputStride + shift);
            }
        }
    }

    /**
     * Inputs meet four rows that were widened once for all of them. The results of some rows are gathered before they are spread over the
     * outputs, whose rows lie in pages of their own.
     */
    private void multiplyWidened(
            WeightMatrix matrix, int from, int to, int shift, Activations inputs, float[] outputs, int outputStride) {
        int stride = matrix.stride();
        int tokens = inputs.tokens();
        if (quad.length < ROWS * stride) {
            quad = new float[ROWS * stride];
        }
        if (gathered.length < tokens * GATHERED_ROWS) {
            gathered = new float[tokens * GATHERED_ROWS];
        }
        int quarter = (to - from + ROWS - 1) / ROWS;
        for (int start = 0; start < quarter; start += GATHERED_ROWS / ROWS) {
            int end = Math.min(quarter, start + GATHERED_ROWS / ROWS);
            for (int i = start; i < end; i++) {
                fourOf(from + i, quarter, to - 1);
                widen(matrix);
                meet(inputs, stride, i - start);
            }
            for (int stream = 0; stream < ROWS; stream++) {
                int row = from + stream * quarter + start;
                int count = Math.min(end - start, to - row);
                for (int token = 0; token < tokens && count > 0; token++) {
                    int place = token * GATHERED_ROWS + stream * (GATHERED_ROWS / ROWS);
                    System.arraycopy(gathered, place, outputs, token * outputStride + shift + row, count);
                }
            }
        }
    }

    /** Rows far apart, as long as there are such. */
    private void fourOf(int row, int distance, int last) {
        for (int i = 0; i < ROWS; i++) {
            rows[i] = Math.min(row + i * distance, last);
        }
    }

    /** All inputs meet the four widened rows. */
    private void meet(Activations inputs, int stride, int row) {
        int token = 0;
        for (; token + TOKENS <= inputs.tokens(); token += TOKENS) {
            for (int lane = 0; lane < Contract.LANES; lane += WIDTH) {
                tile4(inputs.floats, token * stride + lane, quad, lane, stride, lane);
            }
            tileSum.sum(lanes, sums);
            for (int t = 0; t < TOKENS; t++) {
                int place = (token + t) * GATHERED_ROWS + row;
                for (int i = 0; i < ROWS; i++) {
                    gathered[place + i * (GATHERED_ROWS / ROWS)] = sums[t * ROWS + i];
                }
            }
        }
        for (; token < inputs.tokens(); token++) {
            for (int lane = 0; lane < Contract.LANES; lane += WIDTH) {
                tile1(inputs.floats, token * stride + lane, quad, lane, stride, lane);
            }
            int place = token * GATHERED_ROWS + row;
            for (int i = 0; i < ROWS; i++) {
                gathered[place + i * (GATHERED_ROWS / ROWS)] = LaneSum.of(FLOATS, lanes, i * Contract.LANES);
            }
        }
    }

    /** The sums of four rows, whose lanes begin at an offset. */
    private void reduce(int lane, float[] outputs, int offset) {
        outputs[offset + rows[0]] = LaneSum.of(FLOATS, lanes, lane);
        outputs[offset + rows[1]] = LaneSum.of(FLOATS, lanes, lane + Contract.LANES);
        outputs[offset + rows[2]] = LaneSum.of(FLOATS, lanes, lane + 2 * Contract.LANES);
        outputs[offset + rows[3]] = LaneSum.of(FLOATS, lanes, lane + 3 * Contract.LANES);
    }

    private void multiplyOne(WeightMatrix matrix, float[] x, int input) {
        int length = matrix.stride();
        for (int lane = 0; lane < Contract.LANES; lane += WIDTH) {
            offsets(matrix, lane);
            switch (matrix.format()) {
                case F32 -> f32(matrix.data(), row0, row1, row2, row3, x, input + lane, length, lane);
                case BF16 -> bf16(matrix.data(), row0, row1, row2, row3, x, input + lane, length, lane);
                case F16 -> f16(matrix.data(), row0, row1, row2, row3, x, input + lane, length, lane);
                case INT8 ->
                    int8(matrix.data(), row0, row1, row2, row3, matrix.scalesOffset(0), x, input + lane, length, lane);
                case INT4 -> throw new IllegalArgumentException("No row of " + matrix.format());
            }
        }
    }

    private void widen(WeightMatrix matrix) {
        int length = matrix.stride();
        if (matrix.format() == WeightFormat.BF16) {
            for (int lane = 0; lane < Contract.LANES; lane += WIDTH) {
                offsets(matrix, lane);
                widenBf16(matrix.data(), row0, row1, row2, row3, lane, length);
            }
            return;
        }
        for (int i = 0; i < ROWS; i++) {
            int row = rows[i];
            int target = i * length;
            long offset = matrix.rowOffset(row);
            switch (matrix.format()) {
                case F32 -> MemorySegment.copy(matrix.data(), WeightMatrix.FLOATS, offset, quad, target, length);
                case F16 -> widenF16(matrix.data(), offset, target, length);
                case INT8 -> widenInt8(matrix.data(), offset, matrix.scalesOffset(row), target, length);
                case BF16, INT4 -> throw new IllegalArgumentException("No row of " + matrix.format());
            }
        }
    }

    private void widenBf16(
            MemorySegment data, long first, long second, long third, long fourth, int target, int length) {
        for (int block = 0; block < length; block += Contract.BLOCK) {
            long offset = 2L * block;
            IntVector a = IntVector.fromMemorySegment(INTS, data, first + offset, LITTLE_ENDIAN);
            IntVector b = IntVector.fromMemorySegment(INTS, data, second + offset, LITTLE_ENDIAN);
            IntVector c = IntVector.fromMemorySegment(INTS, data, third + offset, LITTLE_ENDIAN);
            IntVector d = IntVector.fromMemorySegment(INTS, data, fourth + offset, LITTLE_ENDIAN);
            int place = target + block;
            lower(a).intoArray(quad, place);
            upper(a).intoArray(quad, place + Contract.LANES);
            lower(b).intoArray(quad, place + length);
            upper(b).intoArray(quad, place + length + Contract.LANES);
            lower(c).intoArray(quad, place + 2 * length);
            upper(c).intoArray(quad, place + 2 * length + Contract.LANES);
            lower(d).intoArray(quad, place + 3 * length);
            upper(d).intoArray(quad, place + 3 * length + Contract.LANES);
        }
    }

    private void widenF16(MemorySegment data, long offset, int target, int length) {
        for (int k = 0; k < length; k += WIDTH) {
            half(data, offset + 2L * k).intoArray(quad, target + k);
        }
    }

    private void widenInt8(MemorySegment data, long offset, long scales, int target, int length) {
        for (int k = 0; k < length; k += WIDTH) {
            quants(data, offset + k)
                    .mul(scale(data, scales + 2L * (k / Contract.BLOCK)))
                    .intoArray(quad, target + k);
        }
    }

    /** 16 sums and 8 loads for 16 multiply-adds: within the 32 registers of AVX-512 and the two loads of a cycle. */
    private void tile4(float[] x, int token, float[] w, int row, int stride, int lane) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector b0 = a0;
        FloatVector c0 = a0;
        FloatVector d0 = a0;
        FloatVector a1 = a0;
        FloatVector b1 = a0;
        FloatVector c1 = a0;
        FloatVector d1 = a0;
        FloatVector a2 = a0;
        FloatVector b2 = a0;
        FloatVector c2 = a0;
        FloatVector d2 = a0;
        FloatVector a3 = a0;
        FloatVector b3 = a0;
        FloatVector c3 = a0;
        FloatVector d3 = a0;
        for (int k = 0; k < stride; k += Contract.LANES) {
            FloatVector wa = FloatVector.fromArray(FLOATS, w, row + k);
            FloatVector wb = FloatVector.fromArray(FLOATS, w, row + stride + k);
            FloatVector wc = FloatVector.fromArray(FLOATS, w, row + 2 * stride + k);
            FloatVector wd = FloatVector.fromArray(FLOATS, w, row + 3 * stride + k);
            FloatVector x0 = FloatVector.fromArray(FLOATS, x, token + k);
            a0 = x0.fma(wa, a0);
            b0 = x0.fma(wb, b0);
            c0 = x0.fma(wc, c0);
            d0 = x0.fma(wd, d0);
            FloatVector x1 = FloatVector.fromArray(FLOATS, x, token + stride + k);
            a1 = x1.fma(wa, a1);
            b1 = x1.fma(wb, b1);
            c1 = x1.fma(wc, c1);
            d1 = x1.fma(wd, d1);
            FloatVector x2 = FloatVector.fromArray(FLOATS, x, token + 2 * stride + k);
            a2 = x2.fma(wa, a2);
            b2 = x2.fma(wb, b2);
            c2 = x2.fma(wc, c2);
            d2 = x2.fma(wd, d2);
            FloatVector x3 = FloatVector.fromArray(FLOATS, x, token + 3 * stride + k);
            a3 = x3.fma(wa, a3);
            b3 = x3.fma(wb, b3);
            c3 = x3.fma(wc, c3);
            d3 = x3.fma(wd, d3);
        }
        store(a0, b0, c0, d0, lane);
        store(a1, b1, c1, d1, lane + ROWS * Contract.LANES);
        store(a2, b2, c2, d2, lane + 2 * ROWS * Contract.LANES);
        store(a3, b3, c3, d3, lane + 3 * ROWS * Contract.LANES);
    }

    private void tile1(float[] x, int token, float[] w, int row, int stride, int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int k = 0; k < stride; k += Contract.LANES) {
            FloatVector input = FloatVector.fromArray(FLOATS, x, token + k);
            a = input.fma(FloatVector.fromArray(FLOATS, w, row + k), a);
            b = input.fma(FloatVector.fromArray(FLOATS, w, row + stride + k), b);
            c = input.fma(FloatVector.fromArray(FLOATS, w, row + 2 * stride + k), c);
            d = input.fma(FloatVector.fromArray(FLOATS, w, row + 3 * stride + k), d);
        }
        store(a, b, c, d, lane);
    }

    /** Where the lanes from one on begin in each of the four rows. */
    private void offsets(WeightMatrix matrix, int lane) {
        long bytes = lane * matrix.laneBytes();
        row0 = matrix.rowOffset(rows[0]) + bytes;
        row1 = matrix.rowOffset(rows[1]) + bytes;
        row2 = matrix.rowOffset(rows[2]) + bytes;
        row3 = matrix.rowOffset(rows[3]) + bytes;
    }

    private void f32(
            MemorySegment data,
            long first,
            long second,
            long third,
            long fourth,
            float[] x,
            int start,
            int length,
            int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int k = 0; k < length; k += Contract.LANES) {
            long offset = 4L * k;
            FloatVector input = FloatVector.fromArray(FLOATS, x, start + k);
            a = input.fma(FloatVector.fromMemorySegment(FLOATS, data, first + offset, LITTLE_ENDIAN), a);
            b = input.fma(FloatVector.fromMemorySegment(FLOATS, data, second + offset, LITTLE_ENDIAN), b);
            c = input.fma(FloatVector.fromMemorySegment(FLOATS, data, third + offset, LITTLE_ENDIAN), c);
            d = input.fma(FloatVector.fromMemorySegment(FLOATS, data, fourth + offset, LITTLE_ENDIAN), d);
        }
        store(a, b, c, d, lane);
    }

    private void bf16(
            MemorySegment data,
            long first,
            long second,
            long third,
            long fourth,
            float[] x,
            int start,
            int length,
            int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int k = 0; k < length; k += Contract.BLOCK) {
            long offset = 2L * k;
            IntVector wa = IntVector.fromMemorySegment(INTS, data, first + offset, LITTLE_ENDIAN);
            IntVector wb = IntVector.fromMemorySegment(INTS, data, second + offset, LITTLE_ENDIAN);
            IntVector wc = IntVector.fromMemorySegment(INTS, data, third + offset, LITTLE_ENDIAN);
            IntVector wd = IntVector.fromMemorySegment(INTS, data, fourth + offset, LITTLE_ENDIAN);
            FloatVector input = FloatVector.fromArray(FLOATS, x, start + k);
            a = input.fma(lower(wa), a);
            b = input.fma(lower(wb), b);
            c = input.fma(lower(wc), c);
            d = input.fma(lower(wd), d);
            input = FloatVector.fromArray(FLOATS, x, start + k + Contract.LANES);
            a = input.fma(upper(wa), a);
            b = input.fma(upper(wb), b);
            c = input.fma(upper(wc), c);
            d = input.fma(upper(wd), d);
        }
        store(a, b, c, d, lane);
    }

    private void f16(
            MemorySegment data,
            long first,
            long second,
            long third,
            long fourth,
            float[] x,
            int start,
            int length,
            int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int k = 0; k < length; k += Contract.LANES) {
            long offset = 2L * k;
            FloatVector input = FloatVector.fromArray(FLOATS, x, start + k);
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
            int start,
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
        for (int k = 0; k < length; k += Contract.LANES) {
            int scale = k / Contract.BLOCK * Short.BYTES;
            FloatVector input = FloatVector.fromArray(FLOATS, x, start + k);
            a = input.fma(quants(data, first + k).mul(scale(data, firstScale + scale)), a);
            b = input.fma(quants(data, second + k).mul(scale(data, secondScale + scale)), b);
            c = input.fma(quants(data, third + k).mul(scale(data, thirdScale + scale)), c);
            d = input.fma(quants(data, fourth + k).mul(scale(data, fourthScale + scale)), d);
        }
        store(a, b, c, d, lane);
    }

    private void store(FloatVector a, FloatVector b, FloatVector c, FloatVector d, int offset) {
        a.intoArray(lanes, offset);
        b.intoArray(lanes, offset + Contract.LANES);
        c.intoArray(lanes, offset + 2 * Contract.LANES);
        d.intoArray(lanes, offset + 3 * Contract.LANES);
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
}
