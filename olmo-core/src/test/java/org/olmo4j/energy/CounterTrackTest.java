package org.olmo4j.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.olmo4j.energy.CounterTrack.Outcome;

class CounterTrackTest {

    private static final long TENTH = 100_000_000;
    private static final long INTEL_RANGE = 262_143_328_850L;
    private static final long AMD_RANGE = 65_532_610_987L;

    private final CounterTrack intel = track(OptionalLong.of(INTEL_RANGE), 400);
    private final CounterTrack amd = track(OptionalLong.of(AMD_RANGE), 400);
    private final CounterTrack resettable = track(OptionalLong.empty(), 400);

    @Test
    void theFirstReadingIsOnlyABase() {
        assertThat(amd.take(energy(5_000_000), 0)).isEqualTo(new Outcome.Waiting());
        assertThat(amd.take(energy(6_000_000), TENTH)).isEqualTo(new Outcome.Counted(0, TENTH, 1_000_000, 1));
    }

    @Test
    void intelsCounterWraps() {
        // 850 microjoules up to the range, then 500 more.
        intel.take(energy(262_143_328_000L), 0);

        assertThat(intel.take(energy(500), TENTH)).isEqualTo(new Outcome.Counted(0, TENTH, 1_350, 1));
    }

    @Test
    void amdsCounterWraps() {
        // 1,000,987 microjoules up to the range, then 2,000,013 more.
        amd.take(energy(65_531_610_000L), 0);

        assertThat(amd.take(energy(2_000_013), TENTH)).isEqualTo(new Outcome.Counted(0, TENTH, 3_001_000, 1));
    }

    @Test
    void aFailedReadingIsMadeGoodByTheNext() {
        amd.take(energy(1_000_000), 0);

        assertThat(amd.take(new MeterReading.Missing("ENODATA"), TENTH)).isEqualTo(new Outcome.Waiting());
        assertThat(amd.problem()).isEqualTo("ENODATA");
        assertThat(amd.missing()).isEqualTo(1);
        assertThat(amd.take(energy(3_000_000), 2 * TENTH)).isEqualTo(new Outcome.Counted(0, 2 * TENTH, 2_000_000, 1));
        assertThat(amd.problem()).isNull();
    }

    @Test
    void aZeroReadingIsNoWrap() {
        // As a wrap it would be 65.5 kJ - 1 kJ in a tenth of a second; 400 W allow 40 J.
        amd.take(energy(1_000_000_000), 0);

        assertThat(amd.take(energy(0), TENTH)).isEqualTo(new Outcome.Waiting());
        assertThat(amd.rejected()).isEqualTo(1);
        assertThat(amd.take(energy(1_020_000_000), 2 * TENTH))
                .isEqualTo(new Outcome.Counted(0, 2 * TENTH, 20_000_000, 1));
    }

    @Test
    void moreThanTheDeviceCanDrawIsRejected() {
        // 400 W for a tenth of a second are 40 J.
        amd.take(energy(0), 0);

        assertThat(amd.take(energy(40_000_001), TENTH)).isEqualTo(new Outcome.Waiting());
        assertThat(amd.problem()).contains("40,000,001", "40,000,000", "400 W");
    }

    @Test
    void asMuchAsTheDeviceCanDrawIsBelieved() {
        amd.take(energy(0), 0);

        assertThat(amd.take(energy(40_000_000), TENTH)).isEqualTo(new Outcome.Counted(0, TENTH, 40_000_000, 1));
    }

    @Test
    void aCounterThatWasSetAnewIsBelievedAtTheThirdReading() {
        amd.take(energy(60_000_000_000L), 0);

        assertThat(amd.take(energy(1_000_000), TENTH)).isEqualTo(new Outcome.Waiting());
        assertThat(amd.take(energy(2_000_000), 2 * TENTH)).isEqualTo(new Outcome.Waiting());
        assertThat(amd.take(energy(3_000_000), 3 * TENTH)).isEqualTo(new Outcome.Lost(0, 3 * TENTH));
        assertThat(amd.take(energy(4_000_000), 4 * TENTH))
                .isEqualTo(new Outcome.Counted(3 * TENTH, 4 * TENTH, 1_000_000, 1));
    }

    @Test
    void withoutARangeALowerValueIsAReset() {
        resettable.take(energy(9_000_000), 0);

        assertThat(resettable.take(energy(1_000_000), TENTH)).isEqualTo(new Outcome.Lost(0, TENTH));
        assertThat(resettable.take(energy(1_500_000), 2 * TENTH))
                .isEqualTo(new Outcome.Counted(TENTH, 2 * TENTH, 500_000, 1));
    }

    @Test
    void afterAGapInWhichItCouldWrapTwiceTheWindowIsLost() {
        // 65,532.6 J at 400 W take 163.8 s.
        amd.take(energy(1_000_000), 0);

        assertThat(amd.take(energy(2_000_000), 164_000_000_000L)).isEqualTo(new Outcome.Lost(0, 164_000_000_000L));
        assertThat(amd.take(energy(9_000_000), 327_000_000_000L)).isInstanceOf(Outcome.Counted.class);
    }

    @Test
    void aCounterThatDoesNotMoveIsSilentAndNotZero() {
        amd.take(energy(7), 0);
        for (int reading = 1; reading <= 3; reading++) {
            assertThat(amd.answers()).isTrue();
            assertThat(amd.take(energy(7), reading * TENTH)).isEqualTo(new Outcome.Waiting());
        }

        assertThat(amd.answers()).isFalse();
        assertThat(amd.problem()).isEqualTo("The counter does not move");
        assertThat(amd.take(energy(8), 4 * TENTH)).isEqualTo(new Outcome.Counted(0, 4 * TENTH, 1, 1));
        assertThat(amd.answers()).isTrue();
    }

    private static CounterTrack track(OptionalLong wrap, double maxWatts) {
        return new CounterTrack(new MeterDescription(
                "meter",
                Component.CPU,
                Provenance.MEASURED,
                Optional.empty(),
                wrap,
                maxWatts,
                Duration.ZERO,
                "made up"));
    }

    private static MeterReading energy(long microjoules) {
        return new MeterReading.Energy(microjoules, 1);
    }
}
