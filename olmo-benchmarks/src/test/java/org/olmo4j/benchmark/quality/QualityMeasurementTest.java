package org.olmo4j.benchmark.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.Olmo;
import org.olmo4j.benchmark.model.DemoModel;
import org.olmo4j.benchmark.model.ModelChoice;
import org.olmo4j.benchmark.model.ModelShape;
import org.olmo4j.benchmark.model.PreparedModel;
import org.olmo4j.benchmark.model.WeightFormat;
import org.olmo4j.score.Scorer;

class QualityMeasurementTest {

    @TempDir
    private Path work;

    private static EvaluationText randomText(int vocabularySize, int... lengths) {
        SplittableRandom random = new SplittableRandom(3);
        return new EvaluationText(
                "random",
                Arrays.stream(lengths)
                        .mapToObj(
                                length -> random.ints(length, 0, vocabularySize).toArray())
                        .toList());
    }

    /** The engine's scores take another way: log-probabilities of a whole prompt, computed by the backend. */
    @Test
    void perplexityIsThatOfTheEnginesScores() throws Exception {
        PreparedModel demo = new PreparedModel("demo", DemoModel.folder(), WeightFormat.BF16, false);
        EvaluationText text = randomText(2046, 70, 33, 2);
        double sum = 0;
        try (Olmo olmo = Olmo.load(demo.folder().toString())) {
            Scorer scorer = new Scorer(olmo.engine());
            for (int[] ids : text.sequences()) {
                sum += scorer.score(new int[] {ids[0]}, Arrays.copyOfRange(ids, 1, ids.length))
                        .logLikelihood();
            }
        }
        PredictionQuality quality = QualityMeasurement.measure(demo, demo, text, 1);
        assertThat(quality.tokens()).isEqualTo(69 + 32 + 1);
        assertThat(quality.perplexity()).isCloseTo(Math.exp(-sum / quality.tokens()), Percentage.withPercentage(0.01));
    }

    @Test
    void aModelPredictsExactlyLikeItself() {
        PreparedModel demo = new PreparedModel("demo", DemoModel.folder(), WeightFormat.BF16, false);
        PredictionQuality quality = QualityMeasurement.measure(demo, demo, randomText(2046, 40), 1);
        assertThat(quality.meanDivergence()).isZero();
        assertThat(quality.perplexityRatio()).isEqualTo(1);
        assertThat(quality.sameTopShare()).isEqualTo(1);
    }

    /** The same random weights, once rounded to 8 bits of precision. */
    @Test
    void narrowerWeightsDivergeALittle() {
        ModelChoice tiny = new ModelChoice.Shape(ModelShape.TINY, 1);
        PreparedModel wide = tiny.prepare(WeightFormat.F32, work, 64);
        PreparedModel narrow = tiny.prepare(WeightFormat.BF16, work, 64);
        PredictionQuality quality =
                QualityMeasurement.measure(wide, narrow, new EvaluationText("ids", List.of(ids(64))), 1);
        assertThat(quality.meanDivergence()).isPositive().isLessThan(0.01);
        assertThat(quality.perplexityRatio()).isNotEqualTo(1).isCloseTo(1, within(0.01));
    }

    private static int[] ids(int count) {
        return new SplittableRandom(5).ints(count, 0, 512).toArray();
    }
}
