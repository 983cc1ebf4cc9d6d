package org.olmo4j.checkpoint;

/** What a tensor does in the forward pass, whatever its name on disk. Matrices are [output width, input width], row-major. */
public enum TensorRole {
    /** [vocabulary, hidden]. */
    TOKEN_EMBEDDING,
    /** [vocabulary, hidden]; the embedding itself where tied. */
    OUTPUT_HEAD,
    /** [hidden]; absent for OLMo 1. */
    FINAL_NORM,
    /** [query width, hidden]. */
    QUERY,
    /** [key/value width, hidden]. */
    KEY,
    /** [key/value width, hidden]. */
    VALUE,
    /** [hidden, query width]. */
    ATTENTION_OUTPUT,
    /** [query width], with {@code attention_bias}. */
    QUERY_BIAS,
    /** [key/value width], with {@code attention_bias}. */
    KEY_BIAS,
    /** [key/value width], with {@code attention_bias}. */
    VALUE_BIAS,
    /** [hidden], with {@code attention_bias}. */
    ATTENTION_OUTPUT_BIAS,
    /** [query width], where queries are normalized. */
    QUERY_NORM,
    /** [key/value width], where keys are normalized. */
    KEY_NORM,
    /** [hidden]: the norm of the attention branch, before it or on its output as the spec says; absent for OLMo 1. */
    ATTENTION_NORM,
    /** [hidden]: the norm of the feed-forward branch; absent for OLMo 1. */
    FEED_FORWARD_NORM,
    /** [intermediate, hidden]; of one expert in a mixture. */
    GATE,
    /** [intermediate, hidden]; of one expert in a mixture. */
    UP,
    /** [hidden, intermediate]; of one expert in a mixture. */
    DOWN,
    /** [experts, hidden]. */
    ROUTER
}
