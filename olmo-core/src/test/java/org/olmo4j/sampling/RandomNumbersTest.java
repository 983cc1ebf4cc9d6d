package org.olmo4j.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class RandomNumbersTest {

    static Stream<JsonNode> cases() {
        return SamplingCases.of("randomNumbers");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void areTheDocumentedFunctionOfTheirPlace(JsonNode one) {
        assertThat(RandomNumbers.uniform(
                        one.get("seed").longValue(),
                        one.get("sampleIndex").intValue(),
                        one.get("position").intValue()))
                .isEqualTo(one.get("uniform").doubleValue());
    }

    @Test
    void areSpreadEvenlyOverNeighbouringPlaces() {
        int[] counts = new int[16];
        IntStream.range(0, 16_000)
                .mapToDouble(i -> RandomNumbers.uniform(i / 4000, i / 1000 % 4, i % 1000))
                .forEach(uniform -> counts[(int) (uniform * 16)]++);

        double chiSquare = 0;
        for (int count : counts) {
            chiSquare += Math.pow(count - 1000, 2) / 1000;
        }
        // The 99.9 % quantile of chi-square for 15 degrees of freedom.
        assertThat(chiSquare).isLessThan(37.7);
    }
}
