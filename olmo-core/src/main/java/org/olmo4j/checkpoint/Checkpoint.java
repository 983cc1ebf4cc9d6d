package org.olmo4j.checkpoint;

import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import org.olmo4j.hub.ModelSource;
import org.olmo4j.spec.OlmoSpec;

/**
 * The weights of one model, validated: every tensor that the spec asks for is there with its shape, and no other. Thread-safe. Closing it
 * ends the validity of all tensors.
 */
public interface Checkpoint extends AutoCloseable {

    /**
     * Opens the checkpoint of a source. Files in a folder are mapped and only their headers read, so that this takes milliseconds; those
     * of the class path are copied off the heap, up to 1 GiB. An {@code lm_head.weight} beside tied embeddings is ignored, as in
     * HuggingFace transformers, and so are the RoPE frequencies in old dumps.
     *
     * @param source where its files are
     * @return the open checkpoint
     * @throws org.olmo4j.error.ModelFormatException if a file is missing, broken, or contradicts the spec
     */
    static Checkpoint open(ModelSource source) {
        return CheckpointReader.open(source, new ContentHashCache(null));
    }

    /**
     * Opens the checkpoint of a source, with a folder where content hashes are kept from one process to the next.
     *
     * @param source where its files are
     * @param contentHashFolder holds one file of about 150 bytes for each checkpoint; made when it is needed. What is damaged in it is
     *     computed again; whoever can write there can make a checkpoint pass for another
     * @return the open checkpoint
     * @throws org.olmo4j.error.ModelFormatException if a file is missing, broken, or contradicts the spec
     */
    static Checkpoint open(ModelSource source, Path contentHashFolder) {
        return CheckpointReader.open(source, new ContentHashCache(contentHashFolder));
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
     * Identifies the checkpoint without reading the weights: by its configuration, tensor headers, file names, sizes and modification
     * times. On the class path, where there are no such times, by its whole content.
     *
     * @return hexadecimal SHA-256
     */
    String fingerprint();

    /**
     * Identifies the model by what it is made of: SHA-256 of config.json and of each tensor's role, type, shape and bytes. Unlike the
     * {@linkplain #fingerprint() fingerprint} it is the same for the same model in other files, shards or places, and different after any
     * change of a weight.
     *
     * <p>The first call begins to compute it, on low-priority daemon threads, at most half as many as there are processors; all weights
     * are read once. A hash is remembered in this JVM by the files' real paths, sizes and times of modification.
     *
     * @return hexadecimal SHA-256; fails with a {@link java.util.concurrent.CancellationException} when the checkpoint is closed before,
     *     and with a {@link org.olmo4j.error.ModelFormatException} or an {@link java.io.IOException} if a file has changed or cannot be
     *     read
     */
    CompletionStage<String> contentHash();

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

    /**
     * Unmaps the files and gives up the content hash; a second call does nothing. After that, reading a tensor's data throws {@link IllegalStateException}.
     *
     * @throws IllegalStateException if native code is using a tensor at this moment; then nothing was unmapped
     */
    @Override
    void close();
}
