package org.olmo4j.spec;

/** The normalization of a model, over the hidden dimension, computed in float32. */
public sealed interface Normalization {

    /**
     * Added to the variance or the mean square before the root.
     *
     * @return a positive number
     */
    float epsilon();

    /**
     * (x - mean) / sqrt(variance + epsilon), without weight and bias: OLMo 1.
     *
     * @param epsilon fixed at 1e-5 in the published models
     */
    record NonParametricLayerNorm(float epsilon) implements Normalization {}

    /**
     * w * x / sqrt(mean(x^2) + epsilon).
     *
     * @param epsilon {@code rms_norm_eps}
     */
    record RmsNorm(float epsilon) implements Normalization {}
}
