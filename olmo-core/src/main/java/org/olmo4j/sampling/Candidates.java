package org.olmo4j.sampling;

/**
 * The tokens that may still be drawn, in order of their ids, and their weights. Each filter finds the token at its border by partial
 * selection and then keeps what ranks at or above it, which leaves the order as it is. Its arrays are made once for a vocabulary and used
 * for every draw.
 */
final class Candidates {

    private final int[] ids;
    private final float[] scores;
    private final double[] weights;
    private final float[] reorderedScores;
    private final int[] ranking;
    private int count;

    Candidates(int vocabularySize) {
        ids = new int[vocabularySize];
        scores = new float[vocabularySize];
        weights = new double[vocabularySize];
        reorderedScores = new float[vocabularySize];
        ranking = new int[vocabularySize];
    }

    /**
     * Starts with all tokens that have a finite score.
     *
     * @param scoreById at least one of them finite; not modified
     */
    void start(float[] scoreById) {
        count = 0;
        for (int id = 0; id < scoreById.length; id++) {
            if (scoreById[id] != Float.NEGATIVE_INFINITY) {
                ids[count] = id;
                scores[count++] = scoreById[id];
            }
        }
    }

    /** Keeps the k highest scores and all that equal the k-th. */
    void keepHighest(int k) {
        if (k >= count) {
            return;
        }
        System.arraycopy(scores, 0, reorderedScores, 0, count);
        float threshold = Selection.highest(reorderedScores, count, k);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (scores[i] >= threshold) {
                move(i, kept++);
            }
        }
        count = kept;
    }

    /** Gives each its weight: exp of its distance to the highest score divided by the temperature; the highest weighs 1. */
    void weigh(double temperature) {
        float highest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            highest = Math.max(highest, scores[i]);
        }
        for (int i = 0; i < count; i++) {
            weights[i] = StrictMath.exp(((double) scores[i] - highest) / temperature);
        }
    }

    /** Keeps the smallest set of the heaviest whose share of all weights reaches p, lower ids first among equal scores. */
    void keepNucleus(double p) {
        int border = Selection.nucleusBorder(scores, weights, ranking, count, p * totalWeight());
        int kept = 0;
        float borderScore = scores[border];
        for (int i = 0; i < count; i++) {
            if (scores[i] > borderScore || (scores[i] == borderScore && i <= border)) {
                move(i, kept++);
            }
        }
        count = kept;
    }

    /** Keeps what weighs at least this share of the heaviest. */
    void keepRelative(double minP) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (weights[i] >= minP) {
                move(i, kept++);
            }
        }
        count = kept;
    }

    /**
     * The token at a point of the cumulated weights.
     *
     * @param uniform 0 inclusive to 1 exclusive
     */
    int draw(double uniform) {
        double target = uniform * totalWeight();
        double cumulated = 0;
        int last = 0;
        for (int i = 0; i < count; i++) {
            if (weights[i] > 0) {
                cumulated += weights[i];
                last = i;
                if (cumulated > target) {
                    break;
                }
            }
        }
        return ids[last];
    }

    int count() {
        return count;
    }

    int id(int index) {
        return ids[index];
    }

    double probability(int index) {
        return weights[index] / totalWeight();
    }

    private double totalWeight() {
        double total = 0;
        for (int i = 0; i < count; i++) {
            total += weights[i];
        }
        return total;
    }

    private void move(int from, int to) {
        ids[to] = ids[from];
        scores[to] = scores[from];
        weights[to] = weights[from];
    }
}
