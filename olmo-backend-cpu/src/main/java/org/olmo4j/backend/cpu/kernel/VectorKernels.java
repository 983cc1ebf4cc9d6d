package org.olmo4j.backend.cpu.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.ByteOrder.nativeOrder;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;
import org.olmo4j.checkpoint.TensorType;

/**
 * The contract with the Vector API. The 16 logical lanes are {@link #PARTS} vectors of the machine's width; to keep the accumulators of a
 * tile in registers at every width, each part is a pass of its own over K (the second pass finds the weights in the L1 cache).
 *
 * <p>The width is a constant of the class, since only then does C2 compile vectors to registers. {@link VectorWidths} defines a copy of
 * this class for each other width.
 *
 * <p>No method is large: beyond C2's node limit vectors are boxed and everything runs many times slower.
 */
final class VectorKernels implements Kernels {

    private static final VectorSpecies<Float> FLOATS = species();
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    private static final int WIDTH = FLOATS.length();
    private static final int PARTS = Contract.LANES / WIDTH;
    private static final int UPPER_HALF = 0xFFFF0000;

    /** From this many tokens on, widening a panel once for all of them costs less than reading the stored type again for each. */
    private static final int PANEL_TOKENS = 2;

    /** Bytes of a panel: half of a 1 MiB L2 cache, which leaves room for the inputs that stream past it. */
    private static final int PANEL_BYTES = 512 * 1024;

    private static final int ROWS = Panel.TILE_ROWS;

    private final Panel panel = new Panel();

    /** [token of the tile][row of the tile][lane]. */
    private final float[] lanes = new float[ROWS * ROWS * Contract.LANES];

    private static VectorSpecies<Float> species() {
        @Nullable Integer bits = VectorWidths.bitsOf(MethodHandles.lookup());
        if (bits != null) {
            return VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
        }
        VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
        return preferred.length() <= Contract.LANES ? preferred : FloatVector.SPECIES_512;
    }

    @Override
    public void multiply(
            WeightMatrix matrix,
            int rowFrom,
            int rowTo,
            float[] inputs,
            int tokens,
            float[] outputs,
            int outputStride) {
        boolean wholeBlocks = matrix.columns() % Contract.BLOCK == 0;
        if (tokens < PANEL_TOKENS && wholeBlocks && matrix.type() != TensorType.F16) {
            int quarter = (rowTo - rowFrom) / ROWS;
            multiplyVector(matrix, rowFrom, quarter, inputs, outputs);
            multiplyPanels(matrix, rowFrom + ROWS * quarter, rowTo, inputs, tokens, outputs, outputStride);
        } else {
            multiplyPanels(matrix, rowFrom, rowTo, inputs, tokens, outputs, outputStride);
        }
    }

    /**
     * One input vector, straight from the stored weights: bound by memory. Four streams of rows far apart keep more of the memory's banks
     * and prefetchers busy than four neighbouring rows (measured: 29 instead of 22 GB/s on one thread).
     */
    private void multiplyVector(WeightMatrix matrix, int rowFrom, int quarter, float[] input, float[] output) {
        MemorySegment data = matrix.data();
        int columns = matrix.columns();
        for (int i = 0; i < quarter; i++) {
            int row = rowFrom + i;
            long first = matrix.rowOffset(row);
            long second = matrix.rowOffset(row + quarter);
            long third = matrix.rowOffset(row + 2 * quarter);
            long fourth = matrix.rowOffset(row + 3 * quarter);
            for (int part = 0; part < PARTS; part++) {
                if (matrix.type() == TensorType.F32) {
                    dotF32(data, first, second, third, fourth, input, columns, part * WIDTH);
                } else {
                    dotBf16(data, first, second, third, fourth, input, columns, part * WIDTH);
                }
            }
            for (int stream = 0; stream < ROWS; stream++) {
                output[row + stream * quarter] = Contract.sum(lanes, stream * Contract.LANES);
            }
        }
    }

    private void dotF32(
            MemorySegment data, long first, long second, long third, long fourth, float[] x, int columns, int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int k = lane; k < columns; k += Contract.LANES) {
            FloatVector input = FloatVector.fromArray(FLOATS, x, k);
            long offset = 4L * k;
            a = input.fma(FloatVector.fromMemorySegment(FLOATS, data, first + offset, LITTLE_ENDIAN), a);
            b = input.fma(FloatVector.fromMemorySegment(FLOATS, data, second + offset, LITTLE_ENDIAN), b);
            c = input.fma(FloatVector.fromMemorySegment(FLOATS, data, third + offset, LITTLE_ENDIAN), c);
            d = input.fma(FloatVector.fromMemorySegment(FLOATS, data, fourth + offset, LITTLE_ENDIAN), d);
        }
        store(a, b, c, d, 0, lane);
    }

    private void dotBf16(
            MemorySegment data, long first, long second, long third, long fourth, float[] x, int columns, int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int k = 0; k < columns; k += Contract.BLOCK) {
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
        store(a, b, c, d, 0, lane);
    }

    private static FloatVector lower(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
    }

    private static FloatVector upper(IntVector pairs) {
        return pairs.and(UPPER_HALF).reinterpretAsFloats();
    }

    private void store(FloatVector a, FloatVector b, FloatVector c, FloatVector d, int token, int lane) {
        int offset = token * ROWS * Contract.LANES + lane;
        a.intoArray(lanes, offset);
        b.intoArray(lanes, offset + Contract.LANES);
        c.intoArray(lanes, offset + 2 * Contract.LANES);
        d.intoArray(lanes, offset + 3 * Contract.LANES);
    }

    /** Several input vectors: widened panels in the L2 cache, tiles of 4 tokens x 4 rows in registers. */
    private void multiplyPanels(
            WeightMatrix matrix,
            int rowFrom,
            int rowTo,
            float[] inputs,
            int tokens,
            float[] outputs,
            int outputStride) {
        int stride = Contract.padded(matrix.columns());
        int panelRows = Math.max(ROWS, PANEL_BYTES / (Float.BYTES * stride) / ROWS * ROWS);
        for (int start = rowFrom; start < rowTo; start += panelRows) {
            int end = Math.min(rowTo, start + panelRows);
            float[] weights = panel.fill(matrix, start, end);
            for (int row = start; row < end; row += ROWS) {
                int rows = Math.min(ROWS, end - row);
                int w = (row - start) * stride;
                int token = 0;
                for (; token + 4 <= tokens; token += 4) {
                    for (int lane = 0; lane < Contract.LANES; lane += WIDTH) {
                        tile4(inputs, token * stride, weights, w, stride, lane);
                    }
                    reduce(4, rows, outputs, token * outputStride + row, outputStride);
                }
                for (; token < tokens; token++) {
                    for (int lane = 0; lane < Contract.LANES; lane += WIDTH) {
                        tile1(inputs, token * stride, weights, w, stride, lane);
                    }
                    reduce(1, rows, outputs, token * outputStride + row, outputStride);
                }
            }
        }
    }

    private void reduce(int tokens, int rows, float[] outputs, int offset, int outputStride) {
        for (int token = 0; token < tokens; token++) {
            for (int row = 0; row < rows; row++) {
                outputs[offset + token * outputStride + row] =
                        Contract.sum(lanes, (token * ROWS + row) * Contract.LANES);
            }
        }
    }

    /** 16 accumulators and 8 loads for 16 multiply-adds: within the 32 registers of AVX-512 and the two loads of a cycle. */
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
        for (int k = lane; k < stride; k += Contract.LANES) {
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
        store(a0, b0, c0, d0, 0, lane);
        store(a1, b1, c1, d1, 1, lane);
        store(a2, b2, c2, d2, 2, lane);
        store(a3, b3, c3, d3, 3, lane);
    }

    private void tile1(float[] x, int token, float[] w, int row, int stride, int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int k = lane; k < stride; k += Contract.LANES) {
            FloatVector input = FloatVector.fromArray(FLOATS, x, token + k);
            a = input.fma(FloatVector.fromArray(FLOATS, w, row + k), a);
            b = input.fma(FloatVector.fromArray(FLOATS, w, row + stride + k), b);
            c = input.fma(FloatVector.fromArray(FLOATS, w, row + 2 * stride + k), c);
            d = input.fma(FloatVector.fromArray(FLOATS, w, row + 3 * stride + k), d);
        }
        store(a, b, c, d, 0, lane);
    }

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
        float[] scores = attention.scores;
        int token = from;
        for (; token + ROWS <= to; token += ROWS) {
            for (int lane = 0; lane < Contract.LANES; lane += WIDTH) {
                scores4(attention.query, keys, keysOffset + 4L * token * size, size, lane);
            }
            for (int row = 0; row < ROWS; row++) {
                scores[token + row] = Contract.sum(lanes, row * Contract.LANES);
            }
        }
        for (; token < to; token++) {
            for (int lane = 0; lane < Contract.LANES; lane += WIDTH) {
                score1(attention.query, keys, keysOffset + 4L * token * size, size, lane);
            }
            scores[token] = Contract.sum(lanes, 0);
        }
        float maximum = attention.tileMaximum(from, to);
        for (int i = 0; i < Attention.TILE_TOKENS; i += WIDTH) {
            exp(FloatVector.fromArray(FLOATS, scores, i).sub(maximum)).intoArray(scores, i);
        }
        for (int i = 0; i < from; i++) {
            scores[i] = 0;
        }
        for (int i = to; i < Attention.TILE_TOKENS; i++) {
            scores[i] = 0;
        }
        for (int i = 0; i < size; i += WIDTH) {
            weigh(scores, values, valuesOffset + 4L * i, 4L * size, from, to, attention.tileOutput, i);
        }
        attention.merge(maximum);
    }

    private void scores4(float[] query, MemorySegment keys, long offset, int size, int lane) {
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
        store(a, b, c, d, 0, lane);
    }

    private void score1(float[] query, MemorySegment keys, long offset, int size, int lane) {
        FloatVector a = FloatVector.zero(FLOATS);
        for (int i = lane; i < size; i += Contract.LANES) {
            a = FloatVector.fromArray(FLOATS, query, i)
                    .fma(FloatVector.fromMemorySegment(FLOATS, keys, offset + 4L * i, nativeOrder()), a);
        }
        a.intoArray(lanes, lane);
    }

    private static void weigh(
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
}
