package org.olmo4j.sampling;

import java.util.List;

/**
 * How probable a token was under the model itself: natural logarithm of the softmax of the unmodified logits.
 *
 * @param tokenId the token
 * @param logProbability at most 0
 * @param top the most probable tokens at this position, best first, lowest id first on ties; as many as were asked for
 */
public record TokenLogProbability(int tokenId, float logProbability, List<Alternative> top) {

    /** Copies the list. */
    public TokenLogProbability {
        top = List.copyOf(top);
    }

    /**
     * One of the most probable tokens.
     *
     * @param tokenId the token
     * @param logProbability at most 0
     */
    public record Alternative(int tokenId, float logProbability) {}
}
