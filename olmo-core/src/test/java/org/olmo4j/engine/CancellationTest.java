package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.olmo4j.engine.ScriptedModel.SeenRow;

/**
 * Fifty cancels of each kind beside two running answers. The model takes a step only when it is let through, so that the end of a cancelled
 * request can be seen to need no more than the step that is under way.
 */
class CancellationTest {

    private static final int CANCELS = 50;
    private static final String LONG_PROMPT = "abcdefghijklmnopqrstuvwxyz".repeat(2);

    /** Two answers that run all the time, and a third slot. */
    private static final class Beside implements AutoCloseable {
        private static final int TOKENS = 900;

        private final Scenario scenario = new Scenario().context(2000).layout(Scenario.full(4, 2000));
        private final List<Generation> running;

        Beside(int chunk) throws InterruptedException {
            scenario.bounds(3, 2).chunk(chunk).start();
            scenario.model().hold();
            running = List.of(
                    scenario.submit(Scenario.text("first").maxTokens(TOKENS)),
                    scenario.submit(Scenario.text("second").maxTokens(TOKENS)));
            scenario.model().awaitStep();
            steps(3);
            assertThat(scenario.engine().status().running()).isEqualTo(2);
        }

        /** Lets some steps through, and waits until the one behind them has come. */
        void steps(int count) throws InterruptedException {
            for (int i = 0; i < count; i++) {
                scenario.model().letThrough(1);
                scenario.model().awaitStep();
            }
        }

        /** Cancels it during a step, and lets no other step through before it has ended. */
        GenerationResult cancel(Generation generation) throws InterruptedException {
            int runningBefore = scenario.engine().status().running();
            int step = scenario.model().steps().size();
            generation.cancel();
            scenario.model().letThrough(1);
            GenerationResult result = generation.await();
            assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(result.error()).isNull();
            scenario.model().awaitStep();
            assertThat(scenario.model().steps())
                    .as("the step under way, and the next")
                    .hasSize(step + 1);
            assertThat(scenario.engine().status().running()).isEqualTo(Math.min(runningBefore, 2));
            return result;
        }

        /** Releases the two, which are to have said what they say when nobody is beside them. */
        @Override
        public void close() throws InterruptedException {
            scenario.model().release();
            assertThat(running.get(0).await().tokenIds()).isEqualTo(Scenario.unscripted("first", TOKENS));
            assertThat(running.get(1).await().tokenIds()).isEqualTo(Scenario.unscripted("second", TOKENS));
            assertThat(scenario.engine().status().keyValueBlocksUsed()).isZero();
            scenario.close();
        }
    }

    @Test
    void anAnswerThatIsCancelledGivesItsSlotBackWithinOneStep() throws InterruptedException {
        try (Beside beside = new Beside(64)) {
            for (int i = 0; i < CANCELS; i++) {
                Generation answer =
                        beside.scenario.submit(Scenario.text("third" + i).maxTokens(100));
                beside.steps(3 + i % 5);
                assertThat(beside.scenario.engine().status().running()).isEqualTo(3);

                List<Integer> tokens = beside.cancel(answer).tokenIds();

                assertThat(tokens).isNotEmpty();
                assertThat(tokens).isEqualTo(Scenario.unscripted("third" + i, tokens.size()));
            }
        }
    }

    @Test
    void aPromptThatIsCancelledGivesItsSlotBackWithinOneStep() throws InterruptedException {
        try (Beside beside = new Beside(4)) {
            for (int i = 0; i < CANCELS; i++) {
                Generation prompt =
                        beside.scenario.submit(Scenario.text(i + LONG_PROMPT).maxTokens(100));
                beside.steps(2 + i % 5);
                assertThat(beside.scenario.engine().status().running()).isEqualTo(3);
                assertThat(beside.scenario.model().steps().getLast().stream().mapToInt(SeenRow::count))
                        .as("a piece of the prompt")
                        .anyMatch(count -> count > 1);

                assertThat(beside.cancel(prompt).tokenIds()).isEmpty();
            }
        }
    }

    @Test
    void aQueuedRequestThatIsCancelledGivesItsPlaceBackWithinOneStep() throws InterruptedException {
        try (Beside beside = new Beside(64)) {
            Generation third = beside.scenario.submit(Scenario.text("third").maxTokens(900));
            beside.steps(2);
            for (int i = 0; i < CANCELS; i++) {
                Generation queued =
                        beside.scenario.submit(Scenario.text("queued" + i).maxTokens(100));
                Generation behind =
                        beside.scenario.submit(Scenario.text("behind").maxTokens(100));
                beside.steps(i % 3);
                assertThat(beside.scenario.engine().status().queued()).isEqualTo(2);
                int steps = beside.scenario.model().steps().size();
                queued.cancel();
                behind.cancel();
                beside.scenario.model().letThrough(1);
                for (Generation cancelled : List.of(queued, behind)) {
                    GenerationResult result = cancelled.await();
                    assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
                    assertThat(result.timings().started()).isEmpty();
                }
                beside.scenario.model().awaitStep();
                assertThat(beside.scenario.model().steps()).hasSize(steps + 1);
                assertThat(beside.scenario.engine().status().queued()).isZero();
            }
            assertThat(beside.cancel(third).tokenIds())
                    .satisfies(tokens -> assertThat(tokens).isEqualTo(Scenario.unscripted("third", tokens.size())));
        }
    }
}
