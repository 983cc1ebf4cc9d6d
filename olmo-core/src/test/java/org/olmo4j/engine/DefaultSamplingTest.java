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
    void without_a_generation_config_it_is_greedy() {
        assertThat(DefaultSampling.of(GenerationDefaults.NONE)).isEqualTo(SamplingOptions.GREEDY);
    }

    @Test
    void a_config_that_does_not_sample_is_greedy_with_its_penalty() {
        SamplingOptions options = DefaultSampling.of(
                defaults(Optional.of(false), OptionalDouble.of(0.6), OptionalInt.of(5), OptionalDouble.of(0.9)));

        assertThat(options).isEqualTo(new SamplingOptions(0, 0, 1, 0, 1.1, 0, 0, Map.of()));
    }

    @Test
    void a_config_that_samples_is_followed() {
        SamplingOptions options = DefaultSampling.of(
                defaults(Optional.of(true), OptionalDouble.of(0.6), OptionalInt.of(5), OptionalDouble.of(0.9)));

        assertThat(options).isEqualTo(new SamplingOptions(0.6, 5, 0.9, 0, 1.1, 0, 0, Map.of()));
    }

    @Test
    void what_a_sampling_config_leaves_open_is_as_in_transformers() {
        SamplingOptions options = DefaultSampling.of(
                defaults(Optional.of(true), OptionalDouble.empty(), OptionalInt.empty(), OptionalDouble.empty()));

        assertThat(options).isEqualTo(new SamplingOptions(1, 50, 1, 0, 1.1, 0, 0, Map.of()));
    }
}
