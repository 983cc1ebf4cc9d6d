package org.olmo4j.energy.carbon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.energy.Component;
import org.olmo4j.energy.EnergyAccounting;
import org.olmo4j.energy.EnergyMeter;
import org.olmo4j.energy.FoundMeters;
import org.olmo4j.energy.MeterDescription;
import org.olmo4j.energy.MeterReading;
import org.olmo4j.energy.Provenance;
import org.olmo4j.energy.StepObserver;
import org.olmo4j.energy.StepRecord;
import org.olmo4j.energy.WorkCost;

@Timeout(60)
class FootprintAccountingTest {

    private final AtomicBoolean broken = new AtomicBoolean();
    private final FootprintAccounting accounting = new FootprintAccounting(
            EnergyAccounting.start(new FoundMeters(List.of(new TenWatts()), List.of())),
            new CarbonAccounting(PowerUsage.IT_ONLY, Optional.of(this::grid), Optional.empty(), Optional.empty()));

    private CarbonIntensity grid() {
        if (broken.get()) {
            throw new IllegalStateException("The source of intensities is broken");
        }
        return CarbonIntensity.configured(360, CarbonBasis.LOCATION_BASED);
    }

    @AfterEach
    void close() {
        accounting.close();
    }

    @Test
    void joulesAndGramsBelongTogether() throws Exception {
        Footprint footprint = run("a");

        double joules = footprint.energy().full().orElseThrow().joules();
        assertThat(joules).isPositive();
        // 360 g/kWh are 1e-4 g/J.
        assertThat(footprint.locationBased().orElseThrow().grams()).isCloseTo(joules * 1e-4, within(1e-12));
    }

    @Test
    void aSourceOfIntensityThatThrowsCostsTheGramsAndNotTheJoules() throws Exception {
        broken.set(true);
        Footprint footprint = run("a");

        assertThat(footprint.energy().full()).isPresent();
        assertThat(footprint.locationBased()).isEmpty();

        broken.set(false);
        assertThat(run("b").locationBased()).isPresent();
    }

    private Footprint run(String id) throws Exception {
        StepObserver observer = accounting.observer("cpu", WorkCost.BY_TOKENS);
        List<StepRecord.Work> work = List.of(new StepRecord.Work(id, 0, 1, 1));
        long start = System.nanoTime();
        observer.begins(start, work);
        Thread.sleep(5);
        observer.ran(new StepRecord(start, System.nanoTime(), work));
        return accounting.ended(id, 1).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static final class TenWatts implements EnergyMeter {

        @Override
        public MeterDescription description() {
            return new MeterDescription(
                    "ten watts",
                    Component.CPU,
                    Provenance.MEASURED,
                    Optional.empty(),
                    OptionalLong.empty(),
                    1_000,
                    Duration.ZERO,
                    "made up");
        }

        @Override
        public MeterReading read() {
            return new MeterReading.Energy(Math.abs(System.nanoTime()) / 100, 1);
        }
    }
}
