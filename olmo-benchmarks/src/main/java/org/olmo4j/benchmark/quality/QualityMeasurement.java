package org.olmo4j.benchmark.quality;

import java.util.List;
import org.olmo4j.benchmark.model.PreparedModel;

/** Lets two models predict the same text, token by token, each given all tokens of the sequence before. */
public final class QualityMeasurement {

    private QualityMeasurement() {}

    /**
     * Loads both models and compares their predictions.
     *
     * @param reference the model whose predictions are the measure
     * @param model the one that is looked at, with the same vocabulary
     * @param text to be predicted, but for the first token of each sequence
     * @param threads that compute
     * @return how the model predicts
     */
    public static PredictionQuality measure(
            PreparedModel reference, PreparedModel model, EvaluationText text, int threads) {
        PredictionComparison comparison = new PredictionComparison();
        try (LogitReader expected = LogitReader.open(reference, threads, text.longestSequence());
                LogitReader given = LogitReader.open(model, threads, text.longestSequence())) {
            for (int[] ids : text.sequences()) {
                add(comparison, ids, expected, given);
            }
        }
        return comparison.quality();
    }

    private static void add(PredictionComparison comparison, int[] ids, LogitReader expected, LogitReader given) {
        for (int from = 0; from < ids.length - 1; from += LogitReader.STEP_TOKENS) {
            List<float[]> reference = expected.next(ids, from);
            List<float[]> logits = given.next(ids, from);
            for (int row = 0; row < logits.size() && from + row + 1 < ids.length; row++) {
                comparison.add(reference.get(row), logits.get(row), ids[from + row + 1]);
            }
        }
    }
}
