package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.olmo4j.checkpoint.GenerationDefaults;
import org.olmo4j.sampling.SamplingOptions;

class DefaultSamplingTest {

    private static GenerationDefaults defaults(
            Optional<Boolean> sample, OptionalDouble temperature, OptionalInt topK, OptionalDouble topP) {
        return new GenerationDefaults(
                List.of(), sample, temperature, topK, topP, OptionalDouble.empty(), OptionalDouble.of(1.1));
    }

    @Test
    void withoutAGenerationConfigItIsGreedy() {
        assertThat(DefaultSampling.of(GenerationDefaults.NONE)).isEqualTo(SamplingOptions.GREEDY);
    }

    @Test
    void aConfigThatDoesNotSampleIsGreedyWithItsPenalty() {
        SamplingOptions options = DefaultSampling.of(
                defaults(Optional.of(false), OptionalDouble.of(0.6), OptionalInt.of(5), OptionalDouble.of(0.9)));

        assertThat(options).isEqualTo(new SamplingOptions(0, 0, 1, 0, 1.1, 0, 0, Map.of()));
    }

    @Test
    void aConfigThatSamplesIsFollowed() {
        SamplingOptions options = DefaultSampling.of(
                defaults(Optional.of(true), OptionalDouble.of(0.6), OptionalInt.of(5), OptionalDouble.of(0.9)));

        assertThat(options).isEqualTo(new SamplingOptions(0.6, 5, 0.9, 0, 1.1, 0, 0, Map.of()));
    }

    @Test
    void whatASamplingConfigLeavesOpenIsAsInTransformers() {
        SamplingOptions options = DefaultSampling.of(
                defaults(Optional.of(true), OptionalDouble.empty(), OptionalInt.empty(), OptionalDouble.empty()));

        assertThat(options).isEqualTo(new SamplingOptions(1, 50, 1, 0, 1.1, 0, 0, Map.of()));
    }
}
