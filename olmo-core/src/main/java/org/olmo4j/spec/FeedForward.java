package org.olmo4j.spec;

/** The feed-forward branch: down(silu(gate(x)) * up(x)), once or by chosen experts. */
public sealed interface FeedForward {

    /**
     * Width between gate/up and down (of one expert).
     *
     * @return {@code intermediate_size}
     */
    int intermediateSize();

    /**
     * One SwiGLU network.
     *
     * @param intermediateSize width between gate/up and down
     */
    record Dense(int intermediateSize) implements FeedForward {}

    /**
     * Softmax over all experts in float32, then the sum of the best {@code expertsPerToken}, weighted by their probabilities.
     *
     * @param intermediateSize width of one expert
     * @param experts number of experts ({@code num_experts})
     * @param expertsPerToken how many are computed for a token ({@code num_experts_per_tok})
     * @param renormalized whether the chosen probabilities are scaled to sum 1 ({@code norm_topk_prob})
     */
    record MixtureOfExperts(int intermediateSize, int experts, int expertsPerToken, boolean renormalized)
            implements FeedForward {}
}
