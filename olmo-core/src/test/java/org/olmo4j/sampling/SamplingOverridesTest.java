package org.olmo4j.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SamplingOverridesTest {

    private static final SamplingOptions PUBLISHED =
            new SamplingOptions(0.6, 50, 0.95, 0.1, 1.1, 0.2, 0.3, Map.of(7, -1.0));

    private static SamplingOverrides overrides(@Nullable Double temperature, @Nullable Double topP) {
        return new SamplingOverrides(temperature, null, topP, null, null, null, null, null);
    }

    @Test
    void nothingSaidLeavesTheModelsDefaults() {
        assertThat(overrides(null, null).over(PUBLISHED)).isEqualTo(PUBLISHED);
        assertThat(overrides(null, null).over(SamplingOptions.GREEDY)).isEqualTo(SamplingOptions.GREEDY);
    }

    @Test
    void whatIsSaidHoldsAndTheRestIsTheModels() {
        assertThat(overrides(0.9, null).over(PUBLISHED))
                .isEqualTo(new SamplingOptions(0.9, 50, 0.95, 0.1, 1.1, 0.2, 0.3, Map.of(7, -1.0)));
        assertThat(new SamplingOverrides(0.0, 3, 0.5, 0.2, 1.2, 0.4, 0.5, Map.of()).over(PUBLISHED))
                .isEqualTo(new SamplingOptions(0, 3, 0.5, 0.2, 1.2, 0.4, 0.5, Map.of()));
    }

    @Test
    void aRestrictionWithoutATemperatureDrawsAtTemperatureOneWhereTheModelIsGreedy() {
        assertThat(overrides(null, 0.9).over(SamplingOptions.GREEDY).temperature())
                .isEqualTo(1);
        assertThat(overrides(null, 0.9).over(PUBLISHED).temperature()).isEqualTo(0.6);
    }

    @Test
    void anExplicitTemperatureOfZeroStaysGreedy() {
        assertThat(overrides(0.0, 0.9).over(SamplingOptions.GREEDY).greedy()).isTrue();
    }

    @Test
    void aPenaltyAloneKeepsAGreedyModelGreedy() {
        SamplingOverrides penalty = new SamplingOverrides(null, null, null, null, 1.3, null, null, null);
        assertThat(penalty.over(SamplingOptions.GREEDY).greedy()).isTrue();
    }
}
