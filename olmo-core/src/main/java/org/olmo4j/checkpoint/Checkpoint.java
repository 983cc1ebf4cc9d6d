package org.olmo4j.checkpoint;

import org.olmo4j.hub.ModelSource;
import org.olmo4j.spec.OlmoSpec;

/**
 * The weights of one model, validated: every tensor that the spec asks for is there with its shape, and no other. Thread-safe. Closing it
 * ends the validity of all tensors.
 */
public interface Checkpoint extends AutoCloseable {

    /**
     * Opens the checkpoint of a source. Only headers are read.
     *
     * @param source where its files are
     * @return the open checkpoint
     * @throws org.olmo4j.error.ModelFormatException if a file is missing, broken, or contradicts the spec
     */
    static Checkpoint open(ModelSource source) {
        throw new UnsupportedOperationException(source.location());
    }

    /**
     * What the model computes.
     *
     * @return the spec of config.json
     */
    OlmoSpec spec();

    /**
     * What generation_config.json says.
     *
     * @return its values, or an empty record
     */
    GenerationDefaults generationDefaults();

    /**
     * A tensor without a layer.
     *
     * @param role TOKEN_EMBEDDING, OUTPUT_HEAD or FINAL_NORM
     * @return the tensor
     * @throws IllegalArgumentException if the spec has no such tensor
     */
    Tensor tensor(TensorRole role);

    /**
     * A tensor of a layer.
     *
     * @param role which
     * @param layer 0-based
     * @return the tensor
     * @throws IllegalArgumentException if the spec has no such tensor
     */
    Tensor tensor(TensorRole role, int layer);

    /**
     * A tensor of an expert.
     *
     * @param role GATE, UP or DOWN
     * @param layer 0-based
     * @param expert 0-based
     * @return the tensor
     * @throws IllegalArgumentException if the spec has no such tensor
     */
    Tensor tensor(TensorRole role, int layer, int expert);

    /**
     * Identifies the checkpoint by its configuration, tensor headers, file sizes and modification times, without reading the weights.
     *
     * @return hexadecimal SHA-256
     */
    String fingerprint();

    /**
     * Size of all tensors.
     *
     * @return bytes
     */
    long weightBytes();

    /**
     * The element type of the matrices.
     *
     * @return the type of the first layer's query projection
     */
    TensorType storedType();

    /** Unmaps the files. No tensor may be read after that. */
    @Override
    void close();
}
