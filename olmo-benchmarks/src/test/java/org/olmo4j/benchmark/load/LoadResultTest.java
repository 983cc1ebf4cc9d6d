package org.olmo4j.benchmark.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.olmo4j.benchmark.measure.Spread;

class LoadResultTest {

    private static final LoadRun FAST = new LoadRun(2, 100, 400, 100, List.of(0.1, 0.3), List.of(1.0, 2.0));
    private static final LoadRun SLOW = new LoadRun(4, 100, 400, 300, List.of(0.2, 0.9), List.of(4.0, 4.0));

    @Test
    void ratesAreOverTheTimeUntilTheLastCallerWasDone() {
        LoadResult result = LoadResult.of(2, List.of(FAST, SLOW), OptionalDouble.of(12.5));
        assertThat(result.generatedTokensPerSecond()).isEqualTo(new Spread(37.5, 25, 50));
        assertThat(result.promptTokensPerSecond()).isEqualTo(new Spread(150, 100, 200));
        assertThat(result.ratioToOneCaller()).hasValue(3);
    }

    @Test
    void fairnessIsTheSlowestCallersTimeOverTheQuickestOnes() {
        assertThat(LoadResult.of(2, List.of(FAST, SLOW), OptionalDouble.empty()).fairness())
                .isEqualTo(new Spread(1.5, 1, 2));
    }

    @Test
    void firstTokensOfAllRunsCount() {
        LoadResult result = LoadResult.of(2, List.of(FAST, SLOW), OptionalDouble.empty());
        assertThat(result.firstTokenSecondsMedian()).isEqualTo(0.2);
        assertThat(result.firstTokenSeconds99()).isEqualTo(0.9);
        assertThat(result.ratioToOneCaller()).isEmpty();
    }

    @Test
    void theCachedShareIsThatOfAllPrompts() {
        assertThat(LoadResult.of(2, List.of(FAST, SLOW), OptionalDouble.empty()).cachedPromptShare())
                .isEqualTo(0.5);
    }

    @Test
    void requestsAreSharedOutEvenly() {
        LoadPlan plan = new LoadPlan(8, 4, 0, 32, List.of(1, 5, 32), 0, 1, 1);
        assertThat(plan.requestsOfCaller(1)).isEqualTo(32);
        assertThat(plan.requestsOfCaller(5)).isEqualTo(7);
        assertThat(plan.requestsOfCaller(32)).isEqualTo(1);
        assertThat(plan.mostCallers()).isEqualTo(32);
    }
}
