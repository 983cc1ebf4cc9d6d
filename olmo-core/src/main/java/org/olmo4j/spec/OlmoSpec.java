package org.olmo4j.spec;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What one OLMo checkpoint computes, read from its config.json. Every axis on which the families differ is a component, so that a single
 * forward pass steered by this record serves them all.
 *
 * @param family the family that {@code model_type} names
 * @param layout how the tensors are named and stacked on disk
 * @param vocabularySize rows of the embedding and of the output head, padding rows included ({@code vocab_size}, {@code embedding_size})
 * @param hiddenSize width of the residual stream ({@code hidden_size}, {@code d_model})
 * @param attentionHeads number of query heads
 * @param keyValueHeads number of key/value heads; divides {@code attentionHeads}
 * @param headSize width of one head ({@code head_dim}, else hiddenSize / attentionHeads); even
 * @param contextLength longest sequence in tokens ({@code max_position_embeddings}, {@code max_sequence_length})
 * @param normalization which normalization all norms of the model apply
 * @param normPlacement whether norms stand before a branch or on its output
 * @param queryKeyNorm whether queries and keys are normalized over their whole width before RoPE
 * @param queryKeyValueClip bound c of the clamp of projected queries, keys and values to [-c, c] ({@code clip_qkv}), if any
 * @param attentionBias whether q, k, v and o projections carry a bias ({@code attention_bias})
 * @param feedForward dense or mixture of experts
 * @param tiedEmbeddings whether the output head is the embedding matrix ({@code tie_word_embeddings})
 * @param layers attention and position encoding of each layer, first to last
 * @param endOfTextIds ids of {@code eos_token_id} in config.json; may be empty
 */
public record OlmoSpec(
        Family family,
        TensorLayout layout,
        int vocabularySize,
        int hiddenSize,
        int attentionHeads,
        int keyValueHeads,
        int headSize,
        int contextLength,
        Normalization normalization,
        NormPlacement normPlacement,
        boolean queryKeyNorm,
        OptionalDouble queryKeyValueClip,
        boolean attentionBias,
        FeedForward feedForward,
        boolean tiedEmbeddings,
        List<LayerSpec> layers,
        List<Integer> endOfTextIds) {

    /** Copies the lists. */
    public OlmoSpec {
        layers = List.copyOf(layers);
        endOfTextIds = List.copyOf(endOfTextIds);
    }

    /**
     * Width of all query heads together.
     *
     * @return attentionHeads x headSize
     */
    public int queryWidth() {
        return attentionHeads * headSize;
    }

    /**
     * Width of all key (or value) heads together.
     *
     * @return keyValueHeads x headSize
     */
    public int keyValueWidth() {
        return keyValueHeads * headSize;
    }

    /**
     * Number of transformer layers.
     *
     * @return the size of {@link #layers()}
     */
    public int layerCount() {
        return layers.size();
    }
}
