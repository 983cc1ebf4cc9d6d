package org.olmo4j.benchmark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TokenCostTest {

    private static TokenCost cost(ModelShape shape) {
        return TokenCost.of(shape.configuration().spec());
    }

    /** 16 layers of 4 x 2048^2 + 3 x 2048 x 8192 weights, and one matrix of 50,304 words for both ends. */
    @Test
    void countsTheWeightsOfOlmo1B() {
        assertThat(cost(ModelShape.OLMO_1B).parameters()).isEqualTo(1_176_764_416L);
    }

    /** 32 layers of 4 x 4096^2 + 3 x 4096 x 11,008 weights, and two matrices of 50,304 words. */
    @Test
    void countsTheWeightsOfOlmo7B() {
        assertThat(cost(ModelShape.OLMO_7B).parameters()).isEqualTo(6_888_095_744L);
    }

    @Test
    void aPromptsTokenCostsTwoOperationsForEachWeightOfTheLayers() {
        assertThat(cost(ModelShape.OLMO_1B).prefillOperations())
                .isEqualTo(2.0 * 16 * (4L * 2048 * 2048 + 3L * 2048 * 8192));
    }

    /** The tied embedding is the output head, so that a step reads the whole file: 2.3535 GB. */
    @Test
    void aStepOfATiedModelReadsAllItsWeights() {
        assertThat(cost(ModelShape.OLMO_1B).decodeStepBytes(WeightFormat.BF16)).isEqualTo(2.0 * 1_176_764_416L);
    }

    @Test
    void aStepOfAnUntiedModelDoesNotReadTheEmbedding() {
        long embedding = 100_352L * 2048;
        TokenCost cost = cost(ModelShape.OLMO2_1B);
        assertThat(cost.decodeStepBytes(WeightFormat.F32)).isEqualTo(4.0 * (cost.parameters() - embedding));
    }

    /** 32 weights of 4 bits and one scale of 16 bits are 18 bytes, those of 8 bits 34; the head of 50,304 x 2,048 weights has 8 bits in both. */
    @Test
    void quantizedWeightsCountTheirScales() {
        TokenCost cost = cost(ModelShape.OLMO_1B);
        assertThat(cost.decodeStepBytes(WeightFormat.INT4))
                .isCloseTo(1_073_741_824L / 32.0 * 18 + 103_022_592L / 32.0 * 34, within(1.0));
        assertThat(cost.decodeStepBytes(WeightFormat.INT8)).isCloseTo(1_176_764_416L / 32.0 * 34, within(1.0));
    }

    @Test
    void theShapesAreOfTheSizesThatTheirNamesSay() {
        assertThat(cost(ModelShape.OLMO2_100M).parameters()).isBetween(95_000_000L, 105_000_000L);
        assertThat(cost(ModelShape.OLMO2_1B).parameters()).isEqualTo(1_484_783_616L);
        assertThat(cost(ModelShape.TINY).parameters()).isLessThan(1_000_000L);
    }
}
