package org.olmo4j.spec;

/** How tensors are named and stacked in the checkpoint's files. */
public enum TensorLayout {
    /** {@code model.layers.N.self_attn.q_proj.weight} and so on, as HuggingFace transformers writes them. */
    HUGGING_FACE,
    /** {@code model.transformer.blocks.N.att_proj.weight} and so on, with q, k, v in one tensor, as the first allenai/OLMo-7B. */
    ORIGINAL
}
