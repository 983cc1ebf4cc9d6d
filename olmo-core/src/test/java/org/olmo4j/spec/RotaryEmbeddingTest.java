package org.olmo4j.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalDouble;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.olmo4j.spec.RotaryEmbedding.Scaling;

/**
 * The expected values were computed with mpmath at 40 digits from the formulas of the papers: theta^(-2i/d) (RoFormer), and for YaRN the
 * ramp between the dimensions d ln(L / (2 pi r)) / (2 ln theta) for r = beta_fast (rounded down) and r = beta_slow (rounded up).
 */
class RotaryEmbeddingTest {

    private static final Percentage EXACT = Percentage.withPercentage(1e-11);

    @Test
    void unscaledFrequenciesAreTheGeometricSeries() {
        double[] frequencies = new RotaryEmbedding(10_000, new Scaling.None()).inverseFrequencies(16);
        assertThat(frequencies).hasSize(8);
        assertFrequency(frequencies, 0, 1);
        assertFrequency(frequencies, 1, 0.31622776601683794);
        assertFrequency(frequencies, 2, 0.1);
        assertFrequency(frequencies, 7, 0.00031622776601683794);
    }

    @Test
    void thetaOfOlmo2Over128Components() {
        double[] frequencies = new RotaryEmbedding(500_000, new Scaling.None()).inverseFrequencies(128);
        assertThat(frequencies).hasSize(64);
        assertFrequency(frequencies, 1, 0.8146172338565447);
        assertFrequency(frequencies, 31, 0.0017360467021768657);
        assertFrequency(frequencies, 63, 2.455140791131609e-6);
    }

    @Test
    void linearScalingDividesEveryFrequency() {
        double[] frequencies = new RotaryEmbedding(10_000, new Scaling.Linear(4)).inverseFrequencies(16);
        assertFrequency(frequencies, 0, 0.25);
        assertFrequency(frequencies, 2, 0.025);
        assertThat(new RotaryEmbedding(10_000, new Scaling.Linear(4)).attentionFactor())
                .isEqualTo(1);
    }

    /** Here the ramp goes from dimension 18 (18.081 rounded down) to 35 (34.984 rounded up). */
    @Test
    void yarnOfOlmo3KeepsFastDimensionsAndDividesSlowOnes() {
        Scaling yarn = new Scaling.Yarn(8, 8192, OptionalDouble.of(1.2079441541679836), 32, 1);
        double[] frequencies = new RotaryEmbedding(500_000, yarn).inverseFrequencies(128);
        assertFrequency(frequencies, 0, 1);
        assertFrequency(frequencies, 10, 0.12868737343265052);
        assertFrequency(frequencies, 18, 0.024955408670558694);
        assertFrequency(frequencies, 19, 0.019282754937831985);
        assertFrequency(frequencies, 24, 0.005040518274253002);
        assertFrequency(frequencies, 34, 0.00016561303594542004);
        assertFrequency(frequencies, 35, 9.556212353964683e-5);
        assertFrequency(frequencies, 63, 3.068925988914511e-7);
    }

    /** The lower end of the ramp would lie at dimension -0.523, and is 0. */
    @Test
    void yarnOverAShortTrainedContextStartsItsRampAtDimensionZero() {
        Scaling yarn = new Scaling.Yarn(8, 64, OptionalDouble.empty(), 32, 1);
        double[] frequencies = new RotaryEmbedding(500_000, yarn).inverseFrequencies(12);
        assertFrequency(frequencies, 0, 1);
        assertFrequency(frequencies, 1, 0.06313849021740223);
        assertFrequency(frequencies, 2, 0.0015749013123685914);
        assertFrequency(frequencies, 5, 2.2272467953508483e-6);
    }

    @Test
    void yarnScalesCosAndSinByTheGivenFactorOrByItsFormula() {
        assertThat(embedding(8, OptionalDouble.of(1.5)).attentionFactor()).isEqualTo(1.5);
        assertThat(embedding(8, OptionalDouble.empty()).attentionFactor()).isCloseTo(1.2079441541679836, within(1e-15));
        assertThat(embedding(4, OptionalDouble.empty()).attentionFactor()).isCloseTo(1.138629436111989, within(1e-15));
        assertThat(embedding(1, OptionalDouble.empty()).attentionFactor()).isEqualTo(1);
        assertThat(new RotaryEmbedding(10_000, new Scaling.None()).attentionFactor())
                .isEqualTo(1);
    }

    private static RotaryEmbedding embedding(double factor, OptionalDouble attentionFactor) {
        return new RotaryEmbedding(500_000, new Scaling.Yarn(factor, 8192, attentionFactor, 32, 1));
    }

    private static void assertFrequency(double[] frequencies, int pair, double expected) {
        assertThat(frequencies[pair]).as("frequency of pair %d", pair).isCloseTo(expected, EXACT);
    }
}
