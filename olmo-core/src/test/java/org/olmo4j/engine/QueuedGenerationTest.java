package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueuedGenerationTest {

    @Test
    void afterTheEndThereIsNothingMoreToTake() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Q", "A").start()) {
            Generation generation = scenario.submit(Scenario.text("Q"));
            GenerationResult result = generation.forEach(event -> {});

            assertThatThrownBy(generation::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(generation.id());
            assertThat(generation.await()).isSameAs(result);
            assertThat(result.id()).isEqualTo(generation.id());
        }
    }

    @Test
    void aConsumerThatThrowsCancels() throws InterruptedException {
        try (Scenario scenario = new Scenario().start()) {
            // No step is ever let through: only the cancel can end it.
            scenario.model().hold();
            Generation generation = scenario.submit(Scenario.text("Q"));

            assertThatThrownBy(() -> generation.forEach(event -> {
                        throw new IllegalStateException("full");
                    }))
                    .hasMessage("full");
            assertThat(generation.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptedCallerCancels(boolean virtual) throws InterruptedException {
        try (Scenario scenario = new Scenario().start()) {
            scenario.model().hold();
            Generation generation = scenario.submit(Scenario.text("Q"));
            Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
            Throwable[] thrown = new Throwable[1];
            Thread caller = builder.start(() -> {
                try {
                    generation.await();
                } catch (InterruptedException e) {
                    thrown[0] = e;
                }
            });
            caller.interrupt();
            caller.join();

            assertThat(thrown[0]).isInstanceOf(InterruptedException.class);
            assertThat(generation.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
        }
    }

    @Test
    void whoeverWaitsLearnsOfTheEndAlthoughAnotherThreadTakesIt() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Q", "A").start()) {
            scenario.model().hold();
            Generation generation = scenario.submit(Scenario.text("Q"));
            List<GenerationResult> results = Collections.synchronizedList(new ArrayList<>());
            List<Thread> callers = Stream.generate(() -> Thread.ofVirtual().unstarted(() -> {
                        try {
                            results.add(generation.await());
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }))
                    .limit(5)
                    .toList();
            callers.forEach(Thread::start);
            for (Thread caller : callers) {
                while (caller.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
            }
            scenario.model().release();
            for (Thread caller : callers) {
                caller.join();
            }

            assertThat(results).hasSize(5).allMatch(result -> result.text().equals("A"));
        }
    }

    @Test
    void cancellingWhatHasEndedDoesNothing() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Q", "A").start()) {
            Generation generation = scenario.submit(Scenario.text("Q"));
            generation.await();
            generation.cancel();

            assertThat(generation.await().finishReason()).isEqualTo(FinishReason.STOP);
        }
    }
}
