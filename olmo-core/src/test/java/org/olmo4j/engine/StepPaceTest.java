package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StepPaceTest {

    private static final Duration BUDGET = Duration.ofMillis(200);
    private static final int MOST = 256;

    private final StepPace pace = new StepPace(BUDGET, MOST);

    private static long millis(long count) {
        return Duration.ofMillis(count).toNanos();
    }

    @Test
    void stepsAreAsLongAsAllowedBeforeAnythingIsKnown() {
        assertThat(pace.promptTokens(false, 0)).isEqualTo(MOST);
    }

    @Test
    void besideOthersAStepTakesAsManyTokensAsItsTimeHolds() {
        pace.ran(100, millis(1000));

        assertThat(pace.promptTokens(false, 0)).isEqualTo(20);
    }

    @Test
    void aloneAStepIsAsLongAsAllowed() {
        pace.ran(100, millis(1000));

        assertThat(pace.promptTokens(true, 0)).isEqualTo(MOST);
    }

    @Test
    void aFastModelIsBoundByTheMostTokensOnly() {
        pace.ran(100, millis(1));

        assertThat(pace.promptTokens(false, 0)).isEqualTo(MOST);
    }

    @Test
    void aVerySlowModelStillProceedsByAFewTokens() {
        pace.ran(100, millis(1_000_000));

        assertThat(pace.promptTokens(false, 0)).isEqualTo(8);
    }

    @Test
    void fewestTokensNeverExceedWhatIsAllowed() {
        StepPace narrow = new StepPace(BUDGET, 3);
        narrow.ran(100, millis(1_000_000));

        assertThat(narrow.promptTokens(false, 0)).isEqualTo(3);
    }

    @Test
    void tokensOfAnswersTakeTheirShare() {
        pace.ran(100, millis(1000));

        assertThat(pace.promptTokens(false, 5)).isEqualTo(15);
    }

    @Test
    void theTimeOfReadingTheWeightsIsNotTheTokens() {
        // 60 ms and 1 ms a token: 140 more fit into 200 ms. A ratio would say 145 of the long steps, or 3 of the short
        // ones.
        pace.ran(1, millis(61));
        pace.ran(256, millis(316));
        pace.ran(1, millis(61));

        assertThat(pace.promptTokens(false, 0)).isBetween(139, 140);
    }

    @Test
    void thePaceFollowsTheMachine() {
        pace.ran(100, millis(1000));
        for (int step = 0; step < 400; step++) {
            pace.ran(100, millis(2000));
        }

        assertThat(pace.promptTokens(false, 0)).isEqualTo(10);
    }
}
