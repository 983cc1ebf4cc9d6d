package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.error.DeadlineExceededException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.GenerationFailedException;

class LifecycleTest {

    private static final String LONG_PROMPT = "abcdefghijklmnopqrstuvwxyz";

    @Test
    void aQueuedRequestIsCancelledWithoutTouchingOthers() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(1, 2).start()) {
            scenario.model().hold();
            Generation running = scenario.submit(Scenario.text("a").maxTokens(8));
            scenario.model().awaitStep();
            Generation queued = scenario.submit(Scenario.text("b").maxTokens(8));
            Generation behind = scenario.submit(Scenario.text("c").maxTokens(8));
            queued.cancel();
            scenario.model().letThrough(1);
            GenerationResult result = queued.await();
            assertThat(scenario.engine().status().queued()).isEqualTo(1);
            scenario.model().release();

            assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(result.error()).isNull();
            assertThat(result.tokenIds()).isEmpty();
            assertThat(result.timings().started()).isEmpty();
            assertThat(running.await().tokenIds()).isEqualTo(Scenario.unscripted("a", 8));
            assertThat(behind.await().tokenIds()).isEqualTo(Scenario.unscripted("c", 8));
        }
    }

    @Test
    void aRequestIsCancelledInTheMiddleOfItsPrompt() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(2, 0).chunk(4).start()) {
            scenario.model().hold();
            Generation other = scenario.submit(Scenario.text("a").maxTokens(8));
            scenario.model().awaitStep();
            Generation prompt = scenario.submit(Scenario.text(LONG_PROMPT).maxTokens(8));
            scenario.model().letThrough(1);
            scenario.model().awaitStep();
            prompt.cancel();
            scenario.model().letThrough(1);
            GenerationResult result = prompt.await();
            scenario.model().awaitStep();
            assertThat(scenario.engine().status().running()).isEqualTo(1);
            assertThat(scenario.engine().status().keyValueBlocksUsed()).isEqualTo(1);
            scenario.model().release();

            assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(other.await().tokenIds()).isEqualTo(Scenario.unscripted("a", 8));
            assertThat(scenario.engine().status().keyValueBlocksUsed()).isZero();
        }
    }

    @Test
    void aRequestIsCancelledWhileItAnswersAndKeepsWhatCame() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(2, 0).start()) {
            scenario.model().hold();
            Generation cancelled = scenario.submit(Scenario.text("a").maxTokens(50));
            Generation other = scenario.submit(Scenario.text("b").maxTokens(20));
            scenario.model().letThrough(5);
            for (int taken = 0; taken < 3; ) {
                taken += cancelled.next() instanceof GenerationEvent.Delta ? 1 : 0;
            }
            cancelled.cancel();
            scenario.model().release();
            GenerationResult result = cancelled.await();

            assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(result.tokenIds()).hasSizeBetween(3, 49);
            assertThat(result.tokenIds())
                    .isEqualTo(Scenario.unscripted("a", result.tokenIds().size()));
            assertThat(result.text()).hasSize(result.tokenIds().size());
            assertThat(other.await().tokenIds()).isEqualTo(Scenario.unscripted("b", 20));
        }
    }

    @Test
    void aStepIsGivenUpWhenNobodyWantsItAnyMore() throws InterruptedException {
        try (Scenario scenario = new Scenario().start()) {
            scenario.model().hold();
            Generation generation = scenario.submit(Scenario.text("a").maxTokens(8));
            scenario.model().awaitStep();
            generation.cancel();

            // No step is ever let through.
            assertThat(generation.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(scenario.engine().status().keyValueBlocksUsed()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"queue, queue", "firstToken, first-token", "total, total"})
    void aDeadlineInTheQueueEndsTheRequest(String which, String named) throws InterruptedException {
        Optional<Duration> second = Optional.of(Duration.ofSeconds(1));
        Deadlines deadlines = new Deadlines(
                which.equals("queue") ? second : Optional.empty(),
                which.equals("firstToken") ? second : Optional.empty(),
                which.equals("total") ? second : Optional.empty());
        try (Scenario scenario = new Scenario().bounds(1, 1).start()) {
            scenario.model().hold();
            Generation running = scenario.submit(Scenario.text("a").maxTokens(8));
            scenario.model().awaitStep();
            Generation late = scenario.submit(Scenario.text("b").deadlines(deadlines));
            scenario.pass(Duration.ofSeconds(1));
            scenario.model().release();

            assertThatThrownBy(late::await)
                    .isInstanceOf(DeadlineExceededException.class)
                    .hasMessageContaining(named + " deadline of 1000 ms");
            assertThat(running.await().finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void aDeadlineWhileItAnswersKeepsWhatCame() throws InterruptedException {
        Deadlines minute = new Deadlines(Optional.empty(), Optional.empty(), Optional.of(Duration.ofMinutes(1)));
        Deadlines queueOnly =
                new Deadlines(Optional.of(Duration.ofSeconds(1)), Optional.of(Duration.ofSeconds(1)), Optional.empty());
        try (Scenario scenario = new Scenario().deadlines(minute).start()) {
            scenario.model().hold();
            Generation generation = scenario.submit(Scenario.text("a").deadlines(queueOnly));
            scenario.model().letThrough(2);
            assertThat(generation.next()).isInstanceOf(GenerationEvent.Started.class);
            assertThat(generation.next()).isInstanceOf(GenerationEvent.Delta.class);
            scenario.pass(Duration.ofSeconds(59));
            assertThat(generation.next()).isInstanceOf(GenerationEvent.Delta.class);
            scenario.pass(Duration.ofSeconds(1));

            assertThat(generation.next()).isInstanceOfSatisfying(GenerationEvent.Ended.class, end -> {
                assertThat(end.result().finishReason()).isEqualTo(FinishReason.DEADLINE);
                assertThat(end.result().tokenIds()).isEqualTo(Scenario.unscripted("a", 2));
                assertThat(end.result().timings().ended()).isEqualTo(Duration.ofMinutes(1));
            });
        }
    }

    @Test
    void closingEndsEveryRequestWithAReason() throws InterruptedException {
        Scenario scenario = new Scenario().bounds(1, 1).start();
        scenario.model().hold();
        Generation running = scenario.submit(Scenario.text("a"));
        scenario.model().awaitStep();
        Generation queued = scenario.submit(Scenario.text("b"));

        // The step is never let through: its stop flag ends it.
        scenario.engine().close();

        for (Generation generation : List.of(running, queued)) {
            assertThatThrownBy(generation::await).isInstanceOf(EngineClosedException.class);
        }
        assertThatThrownBy(() -> scenario.submit(Scenario.text("c"))).isInstanceOf(EngineClosedException.class);
        assertThat(scenario.engine().status().failure()).isNull();
        assertThat(scenario.engine().status().keyValueBlocksUsed()).isZero();
        scenario.engine().close();
    }

    @Test
    void aFailingStepFailsItsRequestsAndNoOthers() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(1, 1).start()) {
            IllegalStateException broken = new IllegalStateException("device lost");
            scenario.model().failWith(step -> step == 2 ? broken : null);
            scenario.model().hold();
            Generation first = scenario.submit(Scenario.text("a").maxTokens(8));
            Generation second = scenario.submit(Scenario.text("b").maxTokens(8));
            scenario.model().release();

            assertThatThrownBy(first::await)
                    .isInstanceOf(GenerationFailedException.class)
                    .hasMessageContaining("device lost")
                    .hasCause(broken);
            assertThat(second.await().tokenIds()).isEqualTo(Scenario.unscripted("b", 8));
            assertThat(scenario.engine().status().keyValueBlocksUsed()).isZero();
            assertThat(scenario.engine().status().failure()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void logitsThatAreNotNumbersFailTheRequest(float poison) {
        try (Scenario scenario = new Scenario().start()) {
            scenario.model().poison(poison);

            assertThatThrownBy(() -> scenario.run(Scenario.text("a")))
                    .isInstanceOf(GenerationFailedException.class)
                    .hasMessageContaining(String.valueOf(poison));
        }
    }

    /** The model scores both prompts in one step; only the second one's row fails. */
    @Test
    void aRowThatFailsEndsItsOwnRequestAlone() throws InterruptedException {
        try (Scenario scenario = new Scenario().start()) {
            scenario.model().poison(Float.NaN, FakeTokenizer.ids("bad"));
            scenario.model().hold();
            Generation running = scenario.submit(Scenario.text("a").maxTokens(8));
            scenario.model().awaitStep();
            Generation good = scenario.submit(
                    Scenario.text("good prompt").promptTopLogProbabilities(0).maxTokens(0));
            Generation bad = scenario.submit(
                    Scenario.text("bad prompt").promptTopLogProbabilities(0).maxTokens(0));
            scenario.model().release();

            assertThatThrownBy(bad::await)
                    .isInstanceOf(GenerationFailedException.class)
                    .hasMessageContaining("NaN");
            assertThat(good.await().promptLogProbabilities()).hasSize("good prompt".length() - 1);
            assertThat(running.await().tokenIds()).isEqualTo(Scenario.unscripted("a", 8));
            assertThat(scenario.model().steps())
                    .anySatisfy(step -> assertThat(step.stream()
                                    .filter(row -> row.output() instanceof OutputRequest.TokenLogProbabilities))
                            .hasSize(2));
            assertThat(scenario.engine().status().keyValueBlocksUsed()).isZero();
        }
    }

    @Test
    void anErrorThatKillsTheEngineThreadFailsAllRequests() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(1, 1).start()) {
            scenario.model().failWith(step -> new InternalError("a fault occurred"));
            scenario.model().hold();
            Generation running = scenario.submit(Scenario.text("a"));
            scenario.model().awaitStep();
            Generation queued = scenario.submit(Scenario.text("b"));
            scenario.model().release();

            for (Generation generation : List.of(running, queued)) {
                assertThatThrownBy(generation::await)
                        .isInstanceOf(GenerationFailedException.class)
                        .hasMessageContaining("a fault occurred");
            }
            assertThat(scenario.engine().status().failure()).contains("a fault occurred");
            assertThatThrownBy(() -> scenario.submit(Scenario.text("c")))
                    .isInstanceOf(EngineClosedException.class)
                    .hasMessageContaining("a fault occurred");
        }
    }
}
