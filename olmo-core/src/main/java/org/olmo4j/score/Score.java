package org.olmo4j.score;

import java.util.List;
import org.olmo4j.sampling.TokenLogProbability;

/**
 * How probable a continuation is after its context.
 *
 * @param tokens one for each token of the continuation, each with the most probable token at its place; at least one
 * @param truncatedTokens how many tokens at the beginning of the context were left out because all of it was longer than the model's
 *     context
 */
public record Score(List<TokenLogProbability> tokens, int truncatedTokens) {

    /** Copies the list. */
    public Score {
        tokens = List.copyOf(tokens);
    }

    /**
     * The log-likelihood of the whole continuation.
     *
     * @return sum of the tokens' natural log-probabilities, at most 0
     */
    public double logLikelihood() {
        return tokens.stream().mapToDouble(TokenLogProbability::logProbability).sum();
    }

    /**
     * Whether greedy decoding would give exactly this continuation.
     *
     * @return true if each token is the most probable one at its place
     */
    public boolean greedy() {
        return tokens.stream().allMatch(token -> token.top().getFirst().tokenId() == token.tokenId());
    }
}
