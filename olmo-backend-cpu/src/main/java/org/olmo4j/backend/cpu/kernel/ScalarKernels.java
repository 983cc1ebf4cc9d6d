package org.olmo4j.backend.cpu.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The contract in plain Java: the fall-back where the Vector API cannot be used, and the reference of the tests. */
public final class ScalarKernels implements Kernels {

    private final Panel panel = new Panel();
    private final float[] lanes = new float[Contract.LANES];

    @Override
    public void multiply(
            WeightMatrix matrix,
            int rowFrom,
            int rowTo,
            float[] inputs,
            int tokens,
            float[] outputs,
            int outputStride) {
        int stride = Contract.padded(matrix.columns());
        for (int row = rowFrom; row < rowTo; row++) {
            float[] weights = panel.fill(matrix, row, row + 1);
            for (int token = 0; token < tokens; token++) {
                outputs[token * outputStride + row] = dot(inputs, token * stride, weights, stride);
            }
        }
    }

    private float dot(float[] input, int offset, float[] weights, int length) {
        Arrays.fill(lanes, 0);
        for (int k = 0; k < length; k += Contract.LANES) {
            for (int lane = 0; lane < Contract.LANES; lane++) {
                lanes[lane] = Math.fma(input[offset + k + lane], weights[k + lane], lanes[lane]);
            }
        }
        return Contract.sum(lanes, 0);
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
        float[] scores = attention.scores;
        for (int token = from; token < to; token++) {
            Arrays.fill(lanes, 0);
            for (int i = 0; i < size; i++) {
                lanes[i % Contract.LANES] = Math.fma(
                        attention.query[i],
                        keys.get(JAVA_FLOAT_UNALIGNED, keysOffset + 4L * (token * size + i)),
                        lanes[i % Contract.LANES]);
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
                attention.tileOutput[i] = Math.fma(
                        scores[token],
                        values.get(JAVA_FLOAT_UNALIGNED, valuesOffset + 4L * (token * size + i)),
                        attention.tileOutput[i]);
            }
        }
        attention.merge(maximum);
    }
}
