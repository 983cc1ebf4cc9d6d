package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.energy.StepObserver;
import org.olmo4j.energy.StepRecord;

/** Engines of several models on one device. */
@Timeout(60)
class SharedDeviceTest {

    /** Notes whose steps run, and whether two ever run at once. */
    private static final class Device {
        private final List<String> turns = new CopyOnWriteArrayList<>();
        private final AtomicInteger busy = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        StepObserver observer(String model) {
            return new StepObserver() {
                @Override
                public void begins(long startNanos, List<StepRecord.Work> work) {
                    turns.add(model);
                    most.accumulateAndGet(busy.incrementAndGet(), Math::max);
                }

                @Override
                public void ran(StepRecord step) {
                    busy.decrementAndGet();
                }
            };
        }
    }

    @Test
    void modelsOfOneDeviceTakeTurnsAndNeverRunTogether() throws InterruptedException {
        Device device = new Device();
        try (Scenario first = new Scenario().stepObserver(device.observer("first"));
                Scenario second = new Scenario().beside(first).stepObserver(device.observer("second"))) {
            first.start().model().hold();
            second.start();
            Generation one = first.submit(Scenario.text("ab").maxTokens(40));
            first.model().awaitStep();
            Generation other = second.submit(Scenario.text("cd").maxTokens(20));
            while (first.model().arbiter().waiting() == 0) {
                Thread.onSpinWait();
            }
            first.model().release();

            assertThat(one.await().tokenIds()).isEqualTo(Scenario.unscripted("ab", 40));
            assertThat(other.await().tokenIds()).isEqualTo(Scenario.unscripted("cd", 20));
        }

        assertThat(device.most).hasValue(1);
        assertThat(device.turns).hasSize(60);
        // The other one waits when the first step ends, so its turn comes next: neither has to wait for the other's
        // last token.
        assertThat(device.turns.subList(0, 2)).containsExactly("first", "second");
    }

    @Test
    void aModelThatAnotherWaitsForKeepsItsStepsShort() throws InterruptedException {
        try (Scenario prompt = new Scenario()
                        .context(200)
                        .stepTimeBudget(Duration.ofSeconds(1))
                        .chunk(60);
                Scenario other = new Scenario().beside(prompt)) {
            prompt.start().model().hold();
            other.start().model().hold();
            Generation longPrompt = prompt.submit(Scenario.text("y".repeat(180)).maxTokens(1));
            prompt.model().awaitStep();
            // 60 tokens at 50 ms each; and a second model waits for the device.
            prompt.pass(Duration.ofSeconds(3));
            Generation waiting = other.submit(Scenario.text("a").maxTokens(30));
            while (prompt.model().arbiter().waiting() == 0) {
                Thread.onSpinWait();
            }
            prompt.model().release();
            other.model().awaitStep();
            while (prompt.model().arbiter().waiting() == 0) {
                Thread.onSpinWait();
            }
            other.model().release();
            longPrompt.await();
            waiting.await();

            assertThat(prompt.model().steps().get(0).getFirst().count()).isEqualTo(60);
            assertThat(prompt.model().steps().get(1).getFirst().count()).isEqualTo(20);
        }
    }

    @Test
    void everyStepIsOnRecordWithTheWorkOfEachMember() throws InterruptedException {
        List<StepRecord> records = new ArrayList<>();
        try (Scenario scenario = new Scenario().stepObserver(records::add).chunk(4)) {
            scenario.start().model().hold();
            Generation generation = scenario.submit(Scenario.text("abcdef").maxTokens(2));
            scenario.model().awaitStep();
            scenario.pass(Duration.ofMillis(30));
            scenario.model().release();
            generation.await();

            String id = generation.id();
            assertThat(records)
                    .extracting(StepRecord::work)
                    .containsExactly(
                            List.of(new StepRecord.Work(id, 4, 0, 4)),
                            List.of(new StepRecord.Work(id, 2, 0, 6)),
                            List.of(new StepRecord.Work(id, 0, 1, 7)));
            assertThat(records.getFirst().endNanos() - records.getFirst().startNanos())
                    .isEqualTo(Duration.ofMillis(30).toNanos());
        }
    }

    @Test
    void anObserverThatFailsCostsNobodyAnAnswer() throws InterruptedException {
        try (Scenario scenario = new Scenario().stepObserver(step -> {
            throw new IllegalStateException("somebody else's fault");
        })) {
            scenario.start();
            assertThat(scenario.run(Scenario.text("ab").maxTokens(5)).tokenIds())
                    .isEqualTo(Scenario.unscripted("ab", 5));
        }
    }
}
