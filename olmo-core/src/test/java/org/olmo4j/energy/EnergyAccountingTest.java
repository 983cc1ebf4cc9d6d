package org.olmo4j.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EnergyAccountingTest {

    private static final long TENTH = 100_000_000;
    private static final int CAPACITY = 1_010;

    private final FakeMeter processor = FakeMeter.processor();
    private final FakeMeter graphics = FakeMeter.graphics();
    private long now;
    private final EnergyAccounting accounting =
            new EnergyAccounting(new FoundMeters(List.of(processor, graphics), List.of("a note")), () -> now, CAPACITY);
    private final StepObserver cpu = accounting.observer("cpu", WorkCost.BY_TOKENS);
    private final StepObserver cuda = accounting.observer("cuda", WorkCost.BY_TOKENS);

    @Test
    void promptAndAnswerAreToldApart() {
        sampleAfter(0, 0, 0);
        step(cpu, TENTH / 4, prefill("a", 3));
        step(cpu, TENTH - TENTH / 4, decode("a"));
        CompletableFuture<RequestEnergy> energy = end("a");
        sampleAfter(0, 10_000_000, 0);

        RequestEnergy.Parts parts = energy.join().parts().orElseThrow();
        assertThat(parts.prefillMicrojoules()).isEqualTo(2_500_000);
        assertThat(parts.decodeMicrojoules()).isEqualTo(7_500_000);
        assertThat(parts.idleMicrojoules()).isZero();
        assertThat(parts.provenance()).isEqualTo(Provenance.MEASURED_SHARED);
        assertThat(parts.covers()).containsExactly(Component.CPU);
        assertThat(parts.deviceTime()).isEqualTo(Duration.ofMillis(100));
        assertThat(energy.join().missing()).isEmpty();
    }

    @Test
    void idlePowerIsLearnedWhereNothingRuns() {
        sampleAfter(0, 0, 0);
        sampleAfter(TENTH, 2_000_000, 0);
        step(cpu, TENTH, decode("a"));
        CompletableFuture<RequestEnergy> energy = end("a");
        sampleAfter(0, 12_000_000, 0);

        assertThat(energy.join().active().orElseThrow().microjoules()).isEqualTo(10_000_000);
        assertThat(energy.join().full().orElseThrow().microjoules()).isEqualTo(12_000_000);
        assertThat(meter(0).idleWatts()).hasValue(20);
        assertThat(meter(0).idle()).isEqualTo(2_000_000);
    }

    @Test
    void aMeterOfOneBackendCountsItsStepsOnly() {
        sampleAfter(0, 0, 0);
        cuda.begins(now, List.of(decode("gpu")));
        step(cpu, TENTH, decode("host"));
        cuda.ran(new StepRecord(0, now, List.of(decode("gpu"))));
        CompletableFuture<RequestEnergy> onGpu = end("gpu");
        CompletableFuture<RequestEnergy> onCpu = end("host");
        sampleAfter(0, 8_000_000, 50_000_000);

        // The processor served both at once; the card one of them.
        assertThat(onCpu.join().active().orElseThrow())
                .isEqualTo(new EnergyAmount(4_000_000, Provenance.MEASURED_SHARED, Set.of(Component.CPU)));
        assertThat(onGpu.join().active().orElseThrow())
                .isEqualTo(
                        new EnergyAmount(54_000_000, Provenance.MEASURED_SHARED, Set.of(Component.CPU, Component.GPU)));
    }

    @Test
    void aLongStepIsSharedOutWhileItRuns() {
        sampleAfter(0, 0, 0);
        cpu.begins(now, List.of(prefill("a", 512)));
        sampleAfter(TENTH, 5_000_000, 0);
        sampleAfter(TENTH, 5_000_000, 0);
        now += TENTH / 2;
        cpu.ran(new StepRecord(0, now, List.of(prefill("a", 512))));
        CompletableFuture<RequestEnergy> energy = end("a");
        sampleAfter(TENTH / 2, 5_000_000, 0);

        assertThat(energy.join().active().orElseThrow().microjoules()).isEqualTo(15_000_000);
        assertThat(meter(0).unattributed()).isZero();
    }

    @Test
    void theEndWaitsForAFailedReadingToBeMadeGood() {
        sampleAfter(0, 0, 0);
        step(cpu, TENTH, decode("a"));
        CompletableFuture<RequestEnergy> energy = end("a");
        processor.fail("ENODATA");
        accounting.sample();

        assertThat(energy).isNotDone();

        sampleAfter(TENTH, 6_000_000, 0);

        assertThat(energy.join().active().orElseThrow().microjoules()).isEqualTo(6_000_000);
        assertThat(energy.join().missing()).isEmpty();
    }

    @Test
    void aMeterThatVanishesLeavesItsPartUnknown() {
        sampleAfter(0, 0, 0);
        step(cuda, TENTH, decode("a"));
        CompletableFuture<RequestEnergy> energy = end("a");
        processor.fail("gone");
        for (int i = 0; i < 3; i++) {
            now += TENTH;
            graphics.use(9_000_000);
            accounting.sample();
        }

        assertThat(energy.join().active().orElseThrow())
                .isEqualTo(new EnergyAmount(9_000_000, Provenance.MEASURED, Set.of(Component.GPU)));
        assertThat(energy.join().missing()).containsExactly(Component.CPU);
        assertThat(meter(0).problem()).hasValue("gone");
    }

    @Test
    void withoutAnyReadingTheFigureIsUnknownAndNotZero() {
        processor.fail("denied");
        accounting.sample();
        step(cpu, TENTH, decode("a"));
        CompletableFuture<RequestEnergy> energy = end("a");
        accounting.sample();
        accounting.sample();

        assertThat(energy.join()).isEqualTo(new RequestEnergy("a", Optional.empty(), Set.of(Component.CPU)));
        assertThat(energy.join().active()).isEmpty();
        assertThat(energy.join().full()).isEmpty();
    }

    @Test
    void aLostWindowIsMissingAtThoseWhoRanInIt() {
        sampleAfter(0, 0, 500_000_000);
        step(cuda, TENTH, decode("a"));
        // The driver was loaded again: the counter is lower than before.
        sampleAfter(0, 1_000_000, -400_000_000);
        step(cuda, TENTH, decode("a"));
        CompletableFuture<RequestEnergy> energy = end("a");
        sampleAfter(0, 1_000_000, 7_000_000);

        assertThat(energy.join().active().orElseThrow().microjoules()).isEqualTo(9_000_000);
        assertThat(energy.join().missing()).containsExactly(Component.GPU);
        assertThat(meter(1).rejectedReadings()).isEqualTo(1);
    }

    @Test
    void whatASilentMeterBringsAfterTheEndIsUnattributed() {
        sampleAfter(0, 0, 0);
        processor.fail("gone");
        step(cpu, TENTH, decode("a"));
        CompletableFuture<RequestEnergy> energy = end("a");
        for (int i = 0; i < 3; i++) {
            now += TENTH;
            accounting.sample();
        }
        assertThat(energy.join().parts()).isEmpty();

        sampleAfter(TENTH, 4_000_000, 0);

        assertThat(meter(0).counted()).isEqualTo(4_000_000);
        assertThat(meter(0).unattributed()).isEqualTo(4_000_000);
        assertThat(meter(0).active()).isZero();
    }

    @Test
    void whatDoesNotFitIntoTheLedgerIsUnattributedAndCounted() {
        sampleAfter(0, 0, 0);
        // Each step takes 1 + 100 entries, and ten fit.
        for (int step = 0; step < 16; step++) {
            step(cpu, TENTH / 16, decodes("g", 100));
        }
        sampleAfter(0, 16_000_000, 0);

        assertThat(accounting.report().forgottenSteps()).isEqualTo(6);
        assertThat(meter(0).active()).isEqualTo(10_000_000);
        assertThat(meter(0).unattributed()).isEqualTo(6_000_000);
    }

    @Test
    void generationsOfWhichNobodyAsksAreAbandoned() {
        sampleAfter(0, 0, 0);
        for (int batch = 0; batch < 20; batch++) {
            step(cpu, TENTH, decodes("g" + batch + "-", 100));
            sampleAfter(0, 5_000_000, 0);
        }

        assertThat(accounting.report().abandonedGenerations()).isEqualTo(20 * 100 - CAPACITY);
        CompletableFuture<RequestEnergy> gone = end("g0-0");
        CompletableFuture<RequestEnergy> kept = end("g19-99");
        sampleAfter(TENTH, 1_000_000, 0);
        assertThat(gone.join().parts()).isEmpty();
        assertThat(kept.join().parts()).isPresent();
    }

    @Test
    void stepsThatASilentMeterHasYetToCountAreKeptForTenSeconds() {
        sampleAfter(0, 0, 0);
        processor.fail("gone");
        graphics.fail("gone");
        // In the end, the first step ended eleven seconds ago.
        for (int second = 0; second < 12; second++) {
            step(cpu, 10 * TENTH, decode("a"));
            accounting.sample();
        }
        sampleAfter(0, 12_000_000, 0);

        assertThat(meter(0).active()).isEqualTo(11_000_000);
        assertThat(meter(0).unattributed()).isEqualTo(1_000_000);
    }

    @Test
    void aGenerationThatRanNoStepHasNoFigure() {
        sampleAfter(0, 0, 0);
        CompletableFuture<RequestEnergy> energy = end("refused");
        sampleAfter(TENTH, 1_000_000, 0);

        assertThat(energy.join()).isEqualTo(new RequestEnergy("refused", Optional.empty(), Set.of()));
    }

    @Test
    void theThreadReadsTheMetersAndClosesThem() throws Exception {
        CompletableFuture<RequestEnergy> energy;
        try (EnergyAccounting live =
                EnergyAccounting.start(new FoundMeters(List.of(new Ticking(processor)), List.of()))) {
            StepObserver observer = live.observer("cpu", WorkCost.BY_TOKENS);
            long start = System.nanoTime();
            observer.begins(start, List.of(decode("a")));
            Thread.sleep(20);
            observer.ran(new StepRecord(start, System.nanoTime(), List.of(decode("a"))));
            energy = live.ended("a").toCompletableFuture();

            assertThat(energy.get(10, TimeUnit.SECONDS).active().orElseThrow().microjoules())
                    .isPositive();
        }
        assertThat(processor.closed()).isTrue();
    }

    @Test
    void aMeterThatHangsHoldsUpNobodyForever() throws Exception {
        CountDownLatch hang = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(2);
        EnergyAccounting live =
                EnergyAccounting.start(new FoundMeters(List.of(new Hanging(processor, begun, hang)), List.of()));
        begun.await();
        CompletableFuture<RequestEnergy> energy = live.ended("a").toCompletableFuture();

        assertThat(energy.get(30, TimeUnit.SECONDS).parts()).isEmpty();
        hang.countDown();
        live.close();
        assertThat(live.ended("b").toCompletableFuture()).isCompleted();
    }

    private EnergyReport.MeterReport meter(int index) {
        return accounting.report().meters().get(index);
    }

    private CompletableFuture<RequestEnergy> end(String id) {
        return accounting.ended(id).toCompletableFuture();
    }

    private void sampleAfter(long nanos, long processorMicrojoules, long graphicsMicrojoules) {
        now += nanos;
        processor.use(processorMicrojoules);
        graphics.use(graphicsMicrojoules);
        accounting.sample();
    }

    private void step(StepObserver observer, long nanos, StepRecord.Work... work) {
        long start = now;
        observer.begins(start, List.of(work));
        now += nanos;
        observer.ran(new StepRecord(start, now, List.of(work)));
    }

    private static StepRecord.Work prefill(String id, int tokens) {
        return new StepRecord.Work(id, tokens, 0, tokens);
    }

    private static StepRecord.Work decode(String id) {
        return new StepRecord.Work(id, 0, 1, 10);
    }

    private static StepRecord.Work[] decodes(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> decode(prefix + i)).toArray(StepRecord.Work[]::new);
    }

    /** Draws a watt. */
    private record Ticking(FakeMeter meter) implements EnergyMeter {
        @Override
        public MeterDescription description() {
            return meter.description();
        }

        @Override
        public MeterReading read() {
            return new MeterReading.Energy(System.nanoTime() / 1_000 % FakeMeter.WRAP, 1);
        }

        @Override
        public void close() {
            meter.close();
        }
    }

    /** Answers once. */
    private record Hanging(FakeMeter meter, CountDownLatch reads, CountDownLatch release) implements EnergyMeter {
        @Override
        public MeterDescription description() {
            return meter.description();
        }

        @Override
        public MeterReading read() {
            boolean first = reads.getCount() == 2;
            reads.countDown();
            try {
                if (!first) {
                    release.await();
                }
            } catch (InterruptedException interruption) {
                Thread.currentThread().interrupt();
            }
            return meter.read();
        }
    }
}
