package org.olmo4j.spec;

import java.util.OptionalDouble;

/**
 * Rotary position embedding over the whole head in half-split form: component i is rotated with component i + headSize / 2.
 *
 * @param theta base of the frequencies ({@code rope_theta})
 * @param scaling how frequencies are changed for contexts longer than the trained one
 */
public record RotaryEmbedding(double theta, Scaling scaling) {

    /** Change of the frequencies for longer contexts. */
    public sealed interface Scaling {

        /** As trained. */
        record None() implements Scaling {}

        /**
         * All frequencies divided by the factor.
         *
         * @param factor context extension
         */
        record Linear(double factor) implements Scaling {}

        /**
         * YaRN (Peng et al. 2023, arXiv 2309.00071) as HuggingFace transformers computes it.
         *
         * @param factor context extension
         * @param originalContextLength trained context in tokens ({@code original_max_position_embeddings})
         * @param attentionFactor scale of cos and sin; absent: 0.1 ln(factor) + 1
         * @param betaFast rotations above which a dimension keeps its frequency
         * @param betaSlow rotations below which a dimension is interpolated fully
         */
        record Yarn(
                double factor,
                int originalContextLength,
                OptionalDouble attentionFactor,
                double betaFast,
                double betaSlow)
                implements Scaling {}
    }

    /**
     * The angle per position of each pair of components.
     *
     * @param headSize width of a head
     * @return headSize / 2 frequencies in radians per position
     */
    public double[] inverseFrequencies(int headSize) {
        int half = headSize / 2;
        double[] frequencies = new double[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = StrictMath.pow(theta, -2.0 * i / headSize);
        }
        switch (scaling) {
            case Scaling.None() -> {}
            case Scaling.Linear(double factor) -> {
                for (int i = 0; i < half; i++) {
                    frequencies[i] /= factor;
                }
            }
            case Scaling.Yarn yarn -> interpolate(frequencies, headSize, yarn);
        }
        return frequencies;
    }

    /**
     * The scale of both cos and sin.
     *
     * @return 1 unless YaRN says otherwise
     */
    public double attentionFactor() {
        if (!(scaling instanceof Scaling.Yarn yarn)) {
            return 1;
        }
        return yarn.attentionFactor().orElseGet(() -> yarn.factor() <= 1 ? 1 : 0.1 * StrictMath.log(yarn.factor()) + 1);
    }

    private void interpolate(double[] frequencies, int headSize, Scaling.Yarn yarn) {
        double low = Math.max(Math.floor(dimensionAt(yarn.betaFast(), headSize, yarn)), 0);
        double high = Math.min(Math.ceil(dimensionAt(yarn.betaSlow(), headSize, yarn)), headSize - 1.0);
        if (low == high) {
            high += 0.001;
        }
        for (int i = 0; i < frequencies.length; i++) {
            double ramp = Math.clamp((i - low) / (high - low), 0.0, 1.0);
            frequencies[i] = frequencies[i] / yarn.factor() * ramp + frequencies[i] * (1 - ramp);
        }
    }

    /** The (fractional) pair index whose component turns the given number of times over the trained context. */
    private double dimensionAt(double rotations, int headSize, Scaling.Yarn yarn) {
        return headSize
                * StrictMath.log(yarn.originalContextLength() / (rotations * 2 * Math.PI))
                / (2 * StrictMath.log(theta));
    }
}
