package org.olmo4j.benchmark.quality;

/**
 * How a model predicts the next token of a text, beside a reference.
 *
 * @param tokens that were predicted
 * @param meanDivergence mean over these of the Kullback-Leibler divergence from the reference, in nats: the sum over the vocabulary of
 *     p (ln p - ln q), with p the reference's probability of a token and q the model's; 0 if both agree
 * @param referencePerplexity of the reference: e to the mean negative logarithm of the probability of the token that came, 1 or more
 * @param perplexity of the model
 * @param sameTopShare of the predictions, how many have the same most probable token, 0 to 1
 */
public record PredictionQuality(
        long tokens, double meanDivergence, double referencePerplexity, double perplexity, double sameTopShare) {

    /**
     * What the model's weights cost in certainty.
     *
     * @return the model's perplexity over the reference's: 1.08 is 8 % worse
     */
    public double perplexityRatio() {
        return perplexity / referencePerplexity;
    }
}
