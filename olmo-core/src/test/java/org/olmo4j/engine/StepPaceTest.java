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
        assertThat(pace.promptTokens(false)).isEqualTo(MOST);
    }

    @Test
    void besideOthersAStepTakesAsManyTokensAsItsTimeHolds() {
        pace.ran(100, millis(1000));

        assertThat(pace.promptTokens(false)).isEqualTo(20);
    }

    @Test
    void aloneAStepIsAsLongAsAllowed() {
        pace.ran(100, millis(1000));

        assertThat(pace.promptTokens(true)).isEqualTo(MOST);
    }

    @Test
    void aFastModelIsBoundByTheMostTokensOnly() {
        pace.ran(100, millis(1));

        assertThat(pace.promptTokens(false)).isEqualTo(MOST);
    }

    @Test
    void aVerySlowModelStillProceedsByAFewTokens() {
        pace.ran(100, millis(1_000_000));

        assertThat(pace.promptTokens(false)).isEqualTo(8);
    }

    @Test
    void fewestTokensNeverExceedWhatIsAllowed() {
        StepPace narrow = new StepPace(BUDGET, 3);
        narrow.ran(100, millis(1_000_000));

        assertThat(narrow.promptTokens(false)).isEqualTo(3);
    }

    @Test
    void decodeStepsSayNothingAboutPrompts() {
        pace.ran(100, millis(1000));
        pace.ran(1, millis(1000));

        assertThat(pace.promptTokens(false)).isEqualTo(20);
    }

    @Test
    void thePaceFollowsTheMachine() {
        pace.ran(100, millis(1000));
        for (int step = 0; step < 40; step++) {
            pace.ran(100, millis(2000));
        }

        assertThat(pace.promptTokens(false)).isEqualTo(10);
    }
}
