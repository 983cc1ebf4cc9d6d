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
