package org.olmo4j.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.olmo4j.quantization.Int8Input;

/** The contract in plain Java: the fall-back where the Vector API cannot be used, and the reference of the tests. */
public final class ScalarKernels implements Kernels {

    private final byte[] quants = new byte[Contract.BLOCK];
    private final float[] block = new float[Contract.BLOCK];
    private final float[] lanes = new float[Contract.LANES];
    private float[] natural = new float[0];
    private float[] weights = new float[0];
    private int[] integers = new int[0];

    /** Inputs are [token][element] in the matrix's order; quantized ones in natural order, an integer each. */
    @Override
    public void prepare(WeightMatrix matrix, float[] source, int from, int to, Activations target) {
        int columns = matrix.columns();
        int stride = matrix.stride();
        for (int token = from; token < to; token++) {
            if (matrix.format().quantizesInputs()) {
                quantize(source, token * columns, columns, target, token * stride);
            } else {
                matrix.format().order().pack(source, token * columns, columns, target.floats, token * stride);
            }
        }
    }

    private void quantize(float[] source, int sourceOffset, int columns, Activations target, int offset) {
        for (int start = 0; start < columns; start += Contract.BLOCK) {
            int length = Math.min(Contract.BLOCK, columns - start);
            System.arraycopy(source, sourceOffset + start, block, 0, length);
            Arrays.fill(block, length, Contract.BLOCK, 0);
            target.scales[(offset + start) / Contract.BLOCK] = Int8Input.quantize(block, 0, quants, 0);
            for (int i = 0; i < Contract.BLOCK; i++) {
                target.integers[offset + start + i] = quants[i];
            }
        }
    }

    @Override
    public void multiply(
            WeightMatrix matrix, int rowFrom, int rowTo, Activations inputs, float[] outputs, int outputStride) {
        int stride = matrix.stride();
        reserve(stride);
        for (int row = rowFrom; row < rowTo; row++) {
            if (matrix.format().quantizesInputs()) {
                multiplyInt4(matrix, row, inputs, outputs, outputStride);
                continue;
            }
            matrix.widenRow(row, natural, 0);
            matrix.format().order().pack(natural, 0, matrix.columns(), weights, 0);
            for (int token = 0; token < inputs.tokens(); token++) {
                outputs[token * outputStride + row] = dot(inputs.floats, token * stride, weights, stride);
            }
        }
    }

    private void reserve(int stride) {
        if (weights.length < stride) {
            natural = new float[stride];
            weights = new float[stride];
            integers = new int[stride];
        }
    }

    private void multiplyInt4(WeightMatrix matrix, int row, Activations inputs, float[] outputs, int outputStride) {
        int blocks = matrix.blocks();
        for (int k = 0; k < matrix.columns(); k++) {
            integers[k] = matrix.int4(row, k);
        }
        Arrays.fill(integers, matrix.columns(), matrix.stride(), 0);
        for (int index = 0; index < blocks; index++) {
            weights[index] = matrix.int4Scale(row, index);
        }
        for (int token = 0; token < inputs.tokens(); token++) {
            float sum = 0;
            for (int index = 0; index < blocks; index++) {
                int start = index * Contract.BLOCK;
                int products = 0;
                for (int i = start; i < start + Contract.BLOCK; i++) {
                    products += integers[i] * inputs.integers[token * matrix.stride() + i];
                }
                sum = Math.fma(products, weights[index] * inputs.scales[token * blocks + index], sum);
            }
            outputs[token * outputStride + row] = sum;
        }
    }

    /** The lanes are local variables, which stay in registers; an array would be read and written at every step. */
    private static float dot(float[] x, int offset, float[] w, int length) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float s4 = 0;
        float s5 = 0;
        float s6 = 0;
        float s7 = 0;
        float s8 = 0;
        float s9 = 0;
        float s10 = 0;
        float s11 = 0;
        float s12 = 0;
        float s13 = 0;
        float s14 = 0;
        float s15 = 0;
        for (int k = offset, j = 0; j < length; k += Contract.LANES, j += Contract.LANES) {
            s0 = Math.fma(x[k], w[j], s0);
            s1 = Math.fma(x[k + 1], w[j + 1], s1);
            s2 = Math.fma(x[k + 2], w[j + 2], s2);
            s3 = Math.fma(x[k + 3], w[j + 3], s3);
            s4 = Math.fma(x[k + 4], w[j + 4], s4);
            s5 = Math.fma(x[k + 5], w[j + 5], s5);
            s6 = Math.fma(x[k + 6], w[j + 6], s6);
            s7 = Math.fma(x[k + 7], w[j + 7], s7);
            s8 = Math.fma(x[k + 8], w[j + 8], s8);
            s9 = Math.fma(x[k + 9], w[j + 9], s9);
            s10 = Math.fma(x[k + 10], w[j + 10], s10);
            s11 = Math.fma(x[k + 11], w[j + 11], s11);
            s12 = Math.fma(x[k + 12], w[j + 12], s12);
            s13 = Math.fma(x[k + 13], w[j + 13], s13);
            s14 = Math.fma(x[k + 14], w[j + 14], s14);
            s15 = Math.fma(x[k + 15], w[j + 15], s15);
        }
        // The tree of Contract.sum.
        float t0 = (s0 + s8) + (s4 + s12);
        float t1 = (s1 + s9) + (s5 + s13);
        float t2 = (s2 + s10) + (s6 + s14);
        float t3 = (s3 + s11) + (s7 + s15);
        return (t0 + t2) + (t1 + t3);
    }

    @Override
    public void swiglu(float[] gate, float[] up, int from, int to) {
        for (int i = from; i < to; i++) {
            gate[i] = gate[i] / (1 + Contract.exp(-gate[i])) * up[i];
        }
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
        int tokenBytes = size * attention.type.bytes();
        float[] scores = attention.scores;
        for (int token = from; token < to; token++) {
            Arrays.fill(lanes, 0);
            for (int i = 0; i < size; i++) {
                float key = KeyValueTile.element(attention.type, keys, keysOffset + (long) token * tokenBytes, i);
                lanes[i % Contract.LANES] = Math.fma(attention.query[i], key, lanes[i % Contract.LANES]);
            }
            scores[token] = Contract.sum(lanes, 0);
        }
        float maximum = attention.tileMaximum(from, to);
        for (int token = 0; token < Attention.TILE_TOKENS; token++) {
            scores[token] = token >= from && token < to ? Contract.exp(scores[token] - maximum) : 0;
        }
        Arrays.fill(attention.tileOutput, 0);
        for (int token = from; token < to; token++) {
            for (int i = 0; i < size; i++) {
                float value = KeyValueTile.element(attention.type, values, valuesOffset + (long) token * tokenBytes, i);
                attention.tileOutput[i] = Math.fma(scores[token], value, attention.tileOutput[i]);
            }
        }
        attention.merge(maximum);
    }
}
