package org.olmo4j.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.error.GenerationFailedException;
import tools.jackson.databind.JsonNode;

class LogProbabilitiesTest {

    static Stream<JsonNode> cases() {
        return SamplingCases.of("logProbabilities");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void areThoseOfTorch(JsonNode one) {
        float[] logits = SamplingCases.floats(one.get("logits"));

        TokenLogProbability result = LogProbabilities.of(
                logits, one.get("target").intValue(), one.get("top").intValue());

        assertThat(result.tokenId()).isEqualTo(one.get("target").intValue());
        assertThat((double) result.logProbability())
                .isCloseTo(one.get("logProbability").doubleValue(), within(1e-5));
        assertThat(result.top().stream()
                        .mapToInt(TokenLogProbability.Alternative::tokenId)
                        .toArray())
                .containsExactly(SamplingCases.ints(one.get("topIds")));
        for (int i = 0; i < result.top().size(); i++) {
            assertThat((double) result.top().get(i).logProbability())
                    .isCloseTo(one.get("topLogProbabilities").get(i).doubleValue(), within(1e-5));
        }
    }

    @Test
    void offHeapLogitsGiveTheSame() {
        float[] logits = {3, -1, 3, 0.5f};
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_FLOAT, logits);

            assertThat(LogProbabilities.of(segment, 2, 3)).isEqualTo(LogProbabilities.of(logits, 2, 3));
        }
    }

    @Test
    void hugeLogitsDoNotOverflow() {
        float[] logits = {3e38f, 3e38f, -3e38f};

        TokenLogProbability result = LogProbabilities.of(logits, 1, 0);

        assertThat(result.logProbability()).isCloseTo((float) Math.log(0.5), within(1e-6f));
    }

    @Test
    void logitsThatAreNotNumbersAreATypedError() {
        assertThatThrownBy(() -> LogProbabilities.of(new float[] {1, Float.NaN}, 0, 0))
                .isInstanceOf(GenerationFailedException.class)
                .hasMessageContaining("NaN");
    }
}
