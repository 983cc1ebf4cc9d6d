package org.olmo4j.benchmark.quality;

/** Sums up how two models predict the same tokens, in double precision. Not thread-safe. */
final class PredictionComparison {

    private long tokens;
    private long sameTop;
    private double divergence;
    private double referenceSurprise;
    private double surprise;

    /**
     * Adds a prediction.
     *
     * @param reference logits of the reference, one for each token of the vocabulary
     * @param logits of the model that is looked at, as many
     * @param next the token that came
     */
    void add(float[] reference, float[] logits, int next) {
        double referenceLogSum = logSumOfExponentials(reference);
        double logSum = logSumOfExponentials(logits);
        for (int id = 0; id < reference.length; id++) {
            double referenceLog = reference[id] - referenceLogSum;
            divergence += Math.exp(referenceLog) * (referenceLog - (logits[id] - logSum));
        }
        referenceSurprise += referenceLogSum - reference[next];
        surprise += logSum - logits[next];
        sameTop += top(reference) == top(logits) ? 1 : 0;
        tokens++;
    }

    /** What came of all predictions so far, at least one. */
    PredictionQuality quality() {
        return new PredictionQuality(
                tokens,
                divergence / tokens,
                Math.exp(referenceSurprise / tokens),
                Math.exp(surprise / tokens),
                (double) sameTop / tokens);
    }

    private static double logSumOfExponentials(float[] logits) {
        double largest = logits[top(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return largest + Math.log(sum);
    }

    private static int top(float[] logits) {
        int top = 0;
        for (int id = 1; id < logits.length; id++) {
            if (logits[id] > logits[top]) {
                top = id;
            }
        }
        return top;
    }
}
