package org.olmo4j.backend.cpu;

import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cpu.kernel.Contract;
import org.olmo4j.backend.cpu.kernel.WeightMatrix;
import org.olmo4j.spec.Normalization;

/**
 * One norm of the model with its weight. Sums run over 16 lanes and the tree, as the numeric contract says; thread-safe.
 */
final class Norm {

    private final Normalization kind;
    private final float @Nullable [] weight;

    /**
     * Makes a norm.
     *
     * @param kind with or without a mean and a weight
     * @param weight null for a norm without
     */
    Norm(Normalization kind, @Nullable WeightMatrix weight) {
        this.kind = kind;
        this.weight = weight == null ? null : weight.toFloats();
    }

    /**
     * Normalizes one vector.
     *
     * @param source holds it
     * @param sourceOffset its first element
     * @param length its length
     * @param target gets the result; may be the source at the same offset
     * @param targetOffset of the first element
     */
    void apply(float[] source, int sourceOffset, int length, float[] target, int targetOffset) {
        switch (kind) {
            case Normalization.RmsNorm(float epsilon) -> {
                float square = sumOfSquares(source, sourceOffset, length, 0) / length;
                float scale = inverseRoot(square + epsilon);
                if (weight == null) {
                    throw new IllegalStateException("An RMS norm without a weight");
                }
                for (int i = 0; i < length; i++) {
                    target[targetOffset + i] = weight[i] * (source[sourceOffset + i] * scale);
                }
            }
            case Normalization.NonParametricLayerNorm(float epsilon) -> {
                float mean = sum(source, sourceOffset, length) / length;
                float variance = sumOfSquares(source, sourceOffset, length, mean) / length;
                float scale = inverseRoot(variance + epsilon);
                for (int i = 0; i < length; i++) {
                    target[targetOffset + i] = (source[sourceOffset + i] - mean) * scale;
                }
            }
        }
    }

    private static float inverseRoot(float x) {
        return 1 / (float) Math.sqrt(x);
    }

    private static float sum(float[] vector, int offset, int length) {
        float[] lanes = new float[Contract.LANES];
        for (int i = 0; i < length; i++) {
            lanes[i % Contract.LANES] += vector[offset + i];
        }
        return Contract.sum(lanes, 0);
    }

    private static float sumOfSquares(float[] vector, int offset, int length, float mean) {
        float[] lanes = new float[Contract.LANES];
        int whole = length / Contract.LANES * Contract.LANES;
        for (int i = 0; i < whole; i += Contract.LANES) {
            for (int lane = 0; lane < Contract.LANES; lane++) {
                float x = vector[offset + i + lane] - mean;
                lanes[lane] = Math.fma(x, x, lanes[lane]);
            }
        }
        for (int i = whole; i < length; i++) {
            float x = vector[offset + i] - mean;
            lanes[i - whole] = Math.fma(x, x, lanes[i - whole]);
        }
        return Contract.sum(lanes, 0);
    }
}
