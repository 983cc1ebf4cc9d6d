package org.olmo4j.spring.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.function.ToLongFunction;
import org.olmo4j.energy.EnergyReport.MeterReport;
import org.olmo4j.energy.carbon.FootprintAccounting;

/**
 * What each energy meter of the machine counted, and where it went, as {@code olmo.energy.meter} in joules with the tags {@code meter} and
 * {@code part}: the parts {@code active}, {@code idle-shared}, {@code idle} and {@code unattributed} add up to {@code counted}; and the readings that brought
 * nothing as {@code olmo.energy.meter.readings}. Thread-safe.
 */
public final class EnergyMeterMetrics implements MeterBinder {

    private static final double MICROJOULES = 1e6;

    private final FootprintAccounting accounting;

    /**
     * Measures the meters.
     *
     * @param accounting whose report is read whenever meters are
     */
    public EnergyMeterMetrics(FootprintAccounting accounting) {
        this.accounting = accounting;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        List<MeterReport> meters = accounting.report().meters();
        for (int index = 0; index < meters.size(); index++) {
            Tags tags = Tags.of("meter", meters.get(index).description().name());
            energy(registry, index, tags.and("part", "counted"), MeterReport::counted);
            energy(registry, index, tags.and("part", "active"), MeterReport::active);
            energy(registry, index, tags.and("part", "idle-shared"), MeterReport::idleShared);
            energy(registry, index, tags.and("part", "idle"), MeterReport::idle);
            energy(registry, index, tags.and("part", "unattributed"), MeterReport::unattributed);
            readings(registry, index, tags.and("result", "missing"), MeterReport::missingReadings);
            readings(registry, index, tags.and("result", "rejected"), MeterReport::rejectedReadings);
        }
    }

    private void energy(MeterRegistry registry, int index, Tags tags, ToLongFunction<MeterReport> part) {
        FunctionCounter.builder(
                        "olmo.energy.meter",
                        accounting,
                        from -> part.applyAsLong(from.report().meters().get(index)) / MICROJOULES)
                .tags(tags)
                .baseUnit("joules")
                .description("Energy that a meter counted, and where it went.")
                .register(registry);
    }

    private void readings(MeterRegistry registry, int index, Tags tags, ToLongFunction<MeterReport> count) {
        FunctionCounter.builder(
                        "olmo.energy.meter.readings",
                        accounting,
                        from -> count.applyAsLong(from.report().meters().get(index)))
                .tags(tags)
                .baseUnit("readings")
                .description("Readings of an energy meter that brought no value, or one that cannot be.")
                .register(registry);
    }
}
