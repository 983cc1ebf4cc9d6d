package org.olmo4j.spring.footprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.olmo4j.energy.Provenance;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.engine.Usage;
import org.olmo4j.spring.footprint.FootprintTotals.Dimension;
import org.olmo4j.spring.footprint.FootprintTotals.Row;
import org.olmo4j.spring.testing.Footprints;

class FootprintTotalsTests {

    private Instant now = Instant.parse("2026-11-30T23:30:00Z");
    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.ofHours(1);
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };
    private final FootprintTotals totals = new FootprintTotals(clock, FootprintHistory.NONE);

    private void ended(String model, @Nullable String user, @Nullable Footprint footprint) {
        totals.listener(model).ended(Footprints.request(user), Footprints.result(Optional.ofNullable(footprint)));
    }

    private List<String> names(Dimension dimension) {
        return totals.by(dimension).stream().map(Row::name).toList();
    }

    @Test
    void addsUpJoulesAndGrams() {
        ended("small", "ada", Footprints.of(10));
        ended("small", "ada", Footprints.of(30));

        FootprintSum sum = totals.total();
        assertThat(sum.requests()).isEqualTo(2);
        assertThat(sum.promptTokens()).isEqualTo(6);
        assertThat(sum.generatedTokens()).isEqualTo(8);
        assertThat(sum.activeMicrojoules()).isEqualTo(40_000_000);
        // A fifth of it is the share of idle power.
        assertThat(sum.fullMicrojoules()).isEqualTo(48_000_000);
        assertThat(sum.lowMicrojoules()).isEqualTo(36_000_000);
        assertThat(sum.highMicrojoules()).isEqualTo(60_000_000);
        assertThat(sum.provenance()).isEqualTo(Provenance.MEASURED_SHARED);
        // 48 J at 1e-4 g, and a tenth of it as bought.
        assertThat(sum.locationBased().grams()).isCloseTo(4.8e-3, within(1e-12));
        assertThat(sum.marketBased().grams()).isCloseTo(4.8e-4, within(1e-12));
        assertThat(sum.embodied().requests()).isZero();
    }

    @Test
    void tellsTimesModelsAndUsersApart() {
        ended("small", "ada", Footprints.of(1));
        now = now.plus(Duration.ofHours(24));
        ended("large", "grace", Footprints.of(2));
        ended("large", null, Footprints.of(4));

        // In the zone of the clock, an hour ahead of UTC, the first ended in December.
        assertThat(names(Dimension.HOUR)).containsExactly("2026-12-01T00:00+01:00", "2026-12-02T00:00+01:00");
        assertThat(names(Dimension.DAY)).containsExactly("2026-12-01", "2026-12-02");
        assertThat(names(Dimension.MONTH)).containsExactly("2026-12");
        assertThat(names(Dimension.MODEL)).containsExactly("large", "small");
        assertThat(names(Dimension.USER)).containsExactly(FootprintTotals.NO_USER, "ada", "grace");
        for (Dimension dimension : Dimension.values()) {
            assertThat(totals.by(dimension).stream()
                            .mapToLong(row -> row.sum().activeMicrojoules())
                            .sum())
                    .isEqualTo(totals.total().activeMicrojoules())
                    .isEqualTo(7_000_000);
        }
    }

    @Test
    void whatIsNotKnownIsCountedAndNotTakenForNothing() {
        ended("small", "ada", Footprints.unknown());

        assertThat(totals.total().requests()).isEqualTo(1);
        assertThat(totals.total().requestsWithEnergy()).isZero();
        assertThat(totals.total().provenance()).isNull();
        assertThat(totals.total().locationBased().requests()).isZero();
    }

    @Test
    void whatNeverRanIsNoRequest() {
        ended("small", "ada", null);

        assertThat(totals.total()).isEqualTo(FootprintSum.NONE);
        assertThat(totals.by(Dimension.USER)).isEmpty();
    }

    @Test
    void memoryIsBounded() {
        for (int i = 0; i < 1_500; i++) {
            ended("small", "user" + i + "x".repeat(1_000), Footprints.of(1));
            now = now.plus(Duration.ofHours(1));
        }

        assertThat(totals.by(Dimension.HOUR)).hasSize(168);
        assertThat(totals.by(Dimension.USER))
                .hasSize(1_001)
                .allMatch(row -> row.name().length() <= 200);
        Row further = totals.by(Dimension.USER).stream()
                .filter(row -> row.name().equals(FootprintTotals.FURTHER))
                .findFirst()
                .orElseThrow();
        assertThat(further.sum().requests()).isEqualTo(500);
        assertThat(totals.total().requests()).isEqualTo(1_500);
    }

    @Test
    void goesOnWithWhatADatabaseKnows() {
        Instant yesterday = now.minus(Duration.ofDays(1));
        FootprintSum known = FootprintSum.of(new Usage(5, 0, 6), Footprints.of(9));
        FootprintTotals restarted =
                new FootprintTotals(clock, () -> List.of(new FootprintHistory.Entry(yesterday, "small", "ada", known)));

        assertThat(restarted.total()).isEqualTo(known);
        assertThat(restarted.since()).isEqualTo(yesterday);
        assertThat(restarted.by(Dimension.DAY)).containsExactly(new Row("2026-11-30", known));
    }

    @Test
    void aDatabaseThatIsDownIsNoReasonNotToStart() {
        FootprintTotals alone = new FootprintTotals(clock, () -> {
            throw new IllegalStateException("down");
        });

        assertThat(alone.total()).isEqualTo(FootprintSum.NONE);
        assertThat(alone.since()).isEqualTo(now);
    }
}
