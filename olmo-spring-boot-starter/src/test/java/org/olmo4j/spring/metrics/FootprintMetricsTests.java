package org.olmo4j.spring.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.olmo4j.energy.Component;
import org.olmo4j.energy.EnergyAccounting;
import org.olmo4j.energy.EnergyMeter;
import org.olmo4j.energy.FoundMeters;
import org.olmo4j.energy.MeterDescription;
import org.olmo4j.energy.MeterReading;
import org.olmo4j.energy.Provenance;
import org.olmo4j.energy.carbon.CarbonAccounting;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.olmo4j.spring.testing.Footprints;

class FootprintMetricsTests {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final FootprintMetrics metrics = new FootprintMetrics("OLMo-2-1B", registry);

    private void ended(Footprint footprint) {
        metrics.ended(Footprints.request("ada"), Footprints.result(Optional.of(footprint)));
    }

    private double count(String name, String... tags) {
        return registry.get(name).tags(tags).tag("model", "OLMo-2-1B").counter().count();
    }

    @Test
    void countsJoulesAndGramsByOrigin() {
        ended(Footprints.of(10));
        ended(Footprints.of(30));

        assertThat(count("olmo.energy.active", "provenance", "MEASURED_SHARED")).isCloseTo(40, within(1e-9));
        assertThat(count("olmo.energy.full", "provenance", "MEASURED_SHARED")).isCloseTo(48, within(1e-9));
        assertThat(count("olmo.co2e", "basis", "location")).isCloseTo(4.8e-3, within(1e-12));
        assertThat(count("olmo.co2e", "basis", "market")).isCloseTo(4.8e-4, within(1e-12));
        assertThat(count("olmo.energy.requests", "known", "true")).isEqualTo(2);
        assertThat(registry.get("olmo.energy.full").counter().getId().getBaseUnit())
                .isEqualTo("joules");
    }

    @Test
    void whatIsNotKnownIsNoZero() {
        ended(Footprints.unknown());

        assertThat(count("olmo.energy.requests", "known", "false")).isEqualTo(1);
        assertThat(registry.find("olmo.energy.full").counter()).isNull();
        assertThat(registry.find("olmo.co2e").counter()).isNull();
    }

    @Test
    void usersAreNoTags() {
        ended(Footprints.of(1));

        assertThat(registry.getMeters().stream()
                        .map(Meter::getId)
                        .flatMap(id -> id.getTags().stream())
                        .map(Tag::getKey))
                .containsOnly("model", "provenance", "basis", "known");
    }

    @Test
    void whatMetersCountedGoesSomewhere() {
        try (FootprintAccounting accounting = new FootprintAccounting(
                EnergyAccounting.start(new FoundMeters(List.of(new Falling()), List.of())), CarbonAccounting.NONE)) {
            new EnergyMeterMetrics(accounting).bindTo(registry);

            assertThat(List.of("counted", "active", "idle-shared", "idle", "unattributed"))
                    .allMatch(part -> registry.get("olmo.energy.meter")
                                    .tags("meter", "falling", "part", part)
                                    .functionCounter()
                                    .count()
                            == 0);
            assertThat(registry.get("olmo.energy.meter.readings")
                            .tags("result", "missing")
                            .functionCounter()
                            .count())
                    .isPositive();
        }
    }

    /** Cannot be read. */
    private static final class Falling implements EnergyMeter {

        @Override
        public MeterDescription description() {
            return new MeterDescription(
                    "falling",
                    Component.CPU,
                    Provenance.MEASURED,
                    Optional.empty(),
                    OptionalLong.empty(),
                    100,
                    Duration.ZERO,
                    "made up");
        }

        @Override
        public MeterReading read() {
            return new MeterReading.Missing("It is not there");
        }
    }
}
