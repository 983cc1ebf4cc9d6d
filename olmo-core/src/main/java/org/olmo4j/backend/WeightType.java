package org.olmo4j.backend;

/** How a backend holds the matrices of a model. Vectors (norms, biases) and the router of a mixture stay as they are. */
public enum WeightType {
    /** As the checkpoint has them: nothing is converted or copied. */
    STORED,
    /** IEEE 754 binary32. */
    F32,
    /** The upper half of a binary32, rounded to nearest, ties to even. */
    BF16,
    /** IEEE 754 binary16, rounded to nearest, ties to even. */
    F16,
    /** Blocks of 8-bit integers with a scale: {@link org.olmo4j.quantization.Int8Block}. */
    INT8,
    /** Blocks of 4-bit integers with a scale: {@link org.olmo4j.quantization.Int4Block}; their inputs are quantized, too. */
    INT4
}
