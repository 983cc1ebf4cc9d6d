package org.olmo4j.benchmark.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Two distributions over three tokens, (1/2, 1/4, 1/4) and (1/4, 1/2, 1/4), given as logits with an arbitrary constant. */
class PredictionComparisonTest {

    private static final float LN_2 = (float) Math.log(2);
    private static final float[] REFERENCE = {100 + LN_2, 100, 100};
    private static final float[] MODEL = {-7, -7 + LN_2, -7};
    private static final Offset<Double> ROUNDING = within(1e-5);

    private final PredictionComparison comparison = new PredictionComparison();

    /** 1/2 ln (1/2 : 1/4) + 1/4 ln (1/4 : 1/2) + 1/4 ln (1/4 : 1/4) = 1/4 ln 2. */
    @Test
    void theDivergenceIsThatOfKullbackAndLeiblerFromTheReference() {
        comparison.add(REFERENCE, MODEL, 0);
        assertThat(comparison.quality().meanDivergence()).isCloseTo(0.17328680, ROUNDING);
    }

    /** The reference gives the tokens that came 1/2 and 1/4, the model 1/4 and 1/4: geometric means 1 : sqrt 8 and 1/4. */
    @Test
    void perplexityIsTheInverseGeometricMeanOfTheProbabilities() {
        comparison.add(REFERENCE, MODEL, 0);
        comparison.add(REFERENCE, MODEL, 2);
        PredictionQuality quality = comparison.quality();
        assertThat(quality.tokens()).isEqualTo(2);
        assertThat(quality.referencePerplexity()).isCloseTo(2.8284271, ROUNDING);
        assertThat(quality.perplexity()).isCloseTo(4, ROUNDING);
        assertThat(quality.perplexityRatio()).isCloseTo(1.4142136, ROUNDING);
    }

    @Test
    void theDivergenceIsAMeanAndTopTokensAreCounted() {
        comparison.add(REFERENCE, MODEL, 0);
        comparison.add(REFERENCE, REFERENCE, 0);
        PredictionQuality quality = comparison.quality();
        assertThat(quality.meanDivergence()).isCloseTo(0.17328680 / 2, ROUNDING);
        assertThat(quality.sameTopShare()).isEqualTo(0.5);
    }

    /** e to the 200 is beyond the range of a float. */
    @Test
    void largeLogitsDoNotOverflow() {
        comparison.add(new float[] {1000, 800}, new float[] {1000, 800}, 0);
        assertThat(comparison.quality()).isEqualTo(new PredictionQuality(1, 0, 1, 1, 1));
    }
}
