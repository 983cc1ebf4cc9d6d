package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.olmo4j.error.EngineBusyException;

class AdmissionTest {

    @RepeatedTest(20)
    void of200CallersAtOnceAsManyGetInAsThereArePlaces() throws Exception {
        try (Scenario scenario = new Scenario().bounds(2, 64).start();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            scenario.model().hold();
            CyclicBarrier together = new CyclicBarrier(200);
            Callable<Generation> call = () -> {
                together.await(10, TimeUnit.SECONDS);
                return scenario.submit(Scenario.text("abc").maxTokens(3));
            };
            List<Future<Generation>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                calls.add(callers.submit(call));
            }

            List<Generation> admitted = new ArrayList<>();
            int refused = 0;
            for (Future<Generation> submitted : calls) {
                try {
                    admitted.add(submitted.get(10, TimeUnit.SECONDS));
                } catch (java.util.concurrent.ExecutionException e) {
                    assertThat(e.getCause())
                            .isInstanceOfSatisfying(
                                    EngineBusyException.class,
                                    busy -> assertThat(busy.retryAfter()).isPositive());
                    refused++;
                }
            }
            // No step is let through before all have been answered.
            assertThat(admitted).hasSize(66);
            assertThat(refused).isEqualTo(134);
            assertThat(scenario.engine().status().running()).isLessThanOrEqualTo(2);
            scenario.model().release();
            for (Generation generation : admitted) {
                assertThat(generation.await().tokenIds()).isEqualTo(Scenario.unscripted("abc", 3));
            }
            EngineStatus status = scenario.engine().status();
            assertThat(status.running() + status.queued() + status.keyValueBlocksUsed())
                    .isZero();
        }
    }

    @Test
    void aPlaceIsFreeAsSoonAsItsEndIsSeen() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(1, 0).start()) {
            for (int i = 0; i < 100; i++) {
                assertThat(scenario.run(Scenario.text("abc").maxTokens(2)).tokenIds())
                        .hasSize(2);
            }
        }
    }

    @Test
    void aRefusalSaysWhenToTryAgain() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(1, 3).start()) {
            scenario.model().hold();
            Generation slow = scenario.submit(Scenario.text("a").maxTokens(1));
            scenario.model().awaitStep();
            scenario.pass(Duration.ofSeconds(10));
            scenario.model().letThrough(1);
            slow.await();

            for (int i = 0; i < 4; i++) {
                scenario.submit(Scenario.text("a").maxTokens(1));
            }
            assertThatThrownBy(() -> scenario.submit(Scenario.text("b")))
                    .isInstanceOfSatisfying(EngineBusyException.class, busy -> {
                        // Four requests of 10 s on one slot.
                        assertThat(busy.retryAfter()).isEqualTo(Duration.ofSeconds(40));
                        assertThat(busy).hasMessageContaining("1 slots and 3 queue places");
                    });
        }
    }

    @Test
    void anInvalidRequestGivesItsPlaceBack() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(1, 0).start()) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> scenario.submit(Scenario.text("a".repeat(64))));
            }
            assertThat(scenario.run(Scenario.text("a").maxTokens(1)).tokenIds()).hasSize(1);
        }
    }

    @Test
    void theTokensOfAllPromptsTogetherAreBounded() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(2, 8).maxPromptTokens(50).start()) {
            scenario.model().hold();
            Generation alone = scenario.submit(Scenario.text("a".repeat(60)).maxTokens(1));
            assertThatThrownBy(() -> scenario.submit(Scenario.text("b").maxTokens(1)))
                    .isInstanceOf(EngineBusyException.class)
                    .hasMessageContaining("have 60 tokens; up to 1 more")
                    .hasMessageContaining("bound of 50");
            scenario.model().release();
            alone.await();
        }
        try (Scenario scenario = new Scenario().bounds(2, 8).maxPromptTokens(50).start()) {
            scenario.model().hold();
            Generation first = scenario.submit(Scenario.text("a".repeat(30)).maxTokens(1));
            Generation second = scenario.submit(Scenario.text("b".repeat(20)).maxTokens(1));
            assertThatThrownBy(() -> scenario.submit(Scenario.text("c").maxTokens(1)))
                    .isInstanceOf(EngineBusyException.class);
            scenario.model().release();
            first.await();
            second.await();
            assertThat(scenario.run(Scenario.text("c").maxTokens(1)).tokenIds()).hasSize(1);
        }
    }

    @Test
    void whatIsReservedForATextIsGivenBackWhenItsTokensAreKnown() throws InterruptedException {
        // "ab" is one token for this tokenizer, and two characters.
        try (Scenario scenario = new Scenario()
                .withMergingTokenizer()
                .bounds(2, 8)
                .maxPromptTokens(50)
                .start()) {
            scenario.model().hold();
            Generation first = scenario.submit(Scenario.text("ab".repeat(20)).maxTokens(1));
            Generation second = scenario.submit(Scenario.text("ab".repeat(15)).maxTokens(1));
            assertThatThrownBy(
                            () -> scenario.submit(Scenario.text("ab".repeat(10)).maxTokens(1)))
                    .isInstanceOf(EngineBusyException.class)
                    .hasMessageContaining("35 tokens");
            scenario.model().release();
            first.await();
            second.await();
        }
    }

    @Test
    void aDrainedEngineRefusesAndEndsWhatItHas() throws InterruptedException {
        try (Scenario scenario = new Scenario().start()) {
            scenario.model().hold();
            Generation running = scenario.submit(Scenario.text("ab").maxTokens(4));

            assertThat(scenario.engine().drain(Duration.ZERO)).isFalse();
            assertThat(scenario.engine().status().draining()).isTrue();
            assertThatThrownBy(() -> scenario.submit(Scenario.text("cd")))
                    .isInstanceOf(EngineBusyException.class)
                    .hasMessageContaining("drained");
            scenario.model().release();
            assertThat(scenario.engine().drain(Duration.ofSeconds(10))).isTrue();
            assertThat(running.await().tokenIds()).isEqualTo(Scenario.unscripted("ab", 4));

            scenario.engine().resume();
            assertThat(scenario.run(Scenario.text("cd").maxTokens(1)).tokenIds())
                    .hasSize(1);
        }
    }
}
