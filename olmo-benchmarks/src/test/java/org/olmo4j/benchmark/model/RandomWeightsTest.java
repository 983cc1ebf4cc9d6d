package org.olmo4j.benchmark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.olmo4j.checkpoint.TensorType;

class RandomWeightsTest {

    private static final int COUNT = 100_000;

    private static RandomWeights weights(long seed, String name, float mean) {
        return new RandomWeights(seed, new PlannedTensor(name, List.of(COUNT), mean));
    }

    private static double[] values(RandomWeights weights) {
        return IntStream.range(0, COUNT).mapToDouble(weights::value).toArray();
    }

    /** The mean of 100,000 values lies within 5 of its standard errors, 0.02 / sqrt(100,000) each. */
    @Test
    void theValuesOfMatricesHaveMeanZeroAndOlmosStandardDeviation() {
        double[] values = values(weights(1, "matrix", 0));
        double mean =
                IntStream.range(0, COUNT).mapToDouble(i -> values[i]).average().orElseThrow();
        double variance = IntStream.range(0, COUNT)
                .mapToDouble(i -> values[i] * values[i])
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(0, within(5 * 0.02 / Math.sqrt(COUNT)));
        assertThat(Math.sqrt(variance)).isCloseTo(0.02, within(0.0003));
    }

    @Test
    void theWeightsOfNormsLieAroundOne() {
        assertThat(Arrays.stream(values(weights(1, "norm", 1))).summaryStatistics())
                .satisfies(
                        all -> assertThat(all.getMin()).isGreaterThan(0.9),
                        all -> assertThat(all.getMax()).isLessThan(1.1),
                        all -> assertThat(all.getAverage()).isCloseTo(1, within(0.001)));
    }

    @Test
    void seedAndNameChangeTheValues() {
        double[] some = values(weights(1, "a", 0));
        assertThat(values(weights(1, "a", 0))).isEqualTo(some);
        assertThat(values(weights(2, "a", 0))).isNotEqualTo(some);
        assertThat(values(weights(1, "b", 0))).isNotEqualTo(some);
    }

    @Test
    void piecesHoldTheValuesOfTheirPlaces() {
        RandomWeights weights = weights(1, "a", 0);
        ByteBuffer piece = ByteBuffer.allocate(3 * Float.BYTES);
        weights.write(500, 3, TensorType.F32, piece);
        assertThat(piece.flip().order(ByteOrder.LITTLE_ENDIAN).getFloat()).isEqualTo(weights.value(500));
        assertThat(piece.getFloat()).isEqualTo(weights.value(501));
    }

    /** 1 is 0x3F80, and BF16 has 7 bits behind the point: 1 + 2^-8 and 1 + 3 x 2^-8 lie in the middle between two numbers. */
    @Test
    void bf16RoundsToTheNearestAndTiesToEven() {
        assertThat(RandomWeights.toBf16(1)).isEqualTo((short) 0x3F80);
        assertThat(RandomWeights.toBf16(1 + 1 / 256f)).isEqualTo((short) 0x3F80);
        assertThat(RandomWeights.toBf16(1 + 3 / 256f)).isEqualTo((short) 0x3F82);
        assertThat(RandomWeights.toBf16(1 + 1.01f / 256)).isEqualTo((short) 0x3F81);
        assertThat(RandomWeights.toBf16(-2)).isEqualTo((short) 0xC000);
    }
}
