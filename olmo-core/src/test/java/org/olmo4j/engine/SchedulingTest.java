package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.engine.ScriptedModel.SeenRow;
import org.olmo4j.error.InvalidRequestException;

class SchedulingTest {

    private static final String LONG_PROMPT = "abcdefghijklmnopqrstuvwxyz";

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 25, 26, 27, 64})
    void aPromptInChunksOfAnySizeGivesTheSameAnswer(int chunk) throws InterruptedException {
        try (Scenario scenario = new Scenario().chunk(chunk).start()) {
            GenerationResult result = scenario.run(Scenario.text(LONG_PROMPT).maxTokens(10));

            assertThat(result.tokenIds()).isEqualTo(Scenario.unscripted(LONG_PROMPT, 10));
            List<List<SeenRow>> steps = scenario.model().steps();
            assertThat(steps).hasSize(Math.ceilDiv(26, chunk) + 9);
            assertThat(steps.getFirst().getFirst().count()).isEqualTo(Math.min(chunk, 26));
            assertThat(result.usage().promptTokens()).isEqualTo(26);
            assertThat(scenario.engine().status().promptTokens()).isEqualTo(26);
            assertThat(scenario.engine().status().generatedTokens()).isEqualTo(10);
        }
    }

    @Test
    void runningRequestsShareEachStep() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(4, 0)) {
            scenario.start().model().hold();
            Generation first = scenario.submit(Scenario.text("w").maxTokens(6));
            scenario.model().awaitStep();
            List<Generation> others = List.of(
                    scenario.submit(Scenario.text("x").maxTokens(5)),
                    scenario.submit(Scenario.text("y").maxTokens(5)),
                    scenario.submit(Scenario.text("z").maxTokens(5)));
            scenario.model().release();

            assertThat(first.await().tokenIds()).isEqualTo(Scenario.unscripted("w", 6));
            assertThat(others.get(0).await().tokenIds()).isEqualTo(Scenario.unscripted("x", 5));
            assertThat(others.get(1).await().tokenIds()).isEqualTo(Scenario.unscripted("y", 5));
            assertThat(others.get(2).await().tokenIds()).isEqualTo(Scenario.unscripted("z", 5));
            assertThat(scenario.model().steps().stream().map(List::size)).containsExactly(1, 4, 4, 4, 4, 4);
        }
    }

    @Test
    void aPromptBesideAnAnswerIsCutToTheTimeOfAStepAndAloneIsNot() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(2, 0).stepTimeBudget(Duration.ofSeconds(1))) {
            scenario.start().model().hold();
            Generation running = scenario.submit(Scenario.text(LONG_PROMPT).maxTokens(10));
            scenario.model().awaitStep();
            scenario.pass(Duration.ofMillis(2600)); // 26 tokens, 100 ms each
            Generation late = scenario.submit(Scenario.text("z" + LONG_PROMPT).maxTokens(1));
            scenario.model().release();

            assertThat(running.await().tokenIds()).isEqualTo(Scenario.unscripted(LONG_PROMPT, 10));
            assertThat(late.await().tokenIds()).isEqualTo(Scenario.unscripted("z" + LONG_PROMPT, 1));
            assertThat(scenario.model().steps().get(0).stream().map(SeenRow::count))
                    .containsExactly(26);
            assertThat(scenario.model().steps().get(1).stream().map(SeenRow::count))
                    .containsExactlyInAnyOrder(1, 9);
        }
    }

    @Test
    void aLongPromptStallsNeitherAnswersNorOtherPrompts() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(3, 0).chunk(4)) {
            scenario.start().model().hold();
            Generation running = scenario.submit(Scenario.text("w").maxTokens(20));
            scenario.model().awaitStep();
            Generation longer = scenario.submit(Scenario.text(LONG_PROMPT).maxTokens(1));
            Generation shorter = scenario.submit(Scenario.text("uvw").maxTokens(1));
            scenario.model().letThrough(1);
            scenario.model().awaitStep();
            scenario.model().release();

            assertThat(running.await().tokenIds()).isEqualTo(Scenario.unscripted("w", 20));
            assertThat(longer.await().tokenIds()).isEqualTo(Scenario.unscripted(LONG_PROMPT, 1));
            assertThat(shorter.await().tokenIds()).isEqualTo(Scenario.unscripted("uvw", 1));
            List<SeenRow> mixed = scenario.model().steps().get(1);
            assertThat(mixed.stream().map(SeenRow::count)).containsExactlyInAnyOrder(1, 2, 2);
            assertThat(scenario.model().steps().stream().limit(8))
                    .allMatch(step -> step.stream()
                            .anyMatch(row -> row.count() == 1 && row.output() instanceof OutputRequest.Logits));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void moreRequestsThanAStepHasRoomForTakeTurns(int room) throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(5, 0).load(room, room)) {
            scenario.start().model().hold();
            List<Generation> generations = Arrays.stream("v w x y z".split(" "))
                    .map(prompt -> scenario.submit(Scenario.text(prompt + "!").maxTokens(8)))
                    .toList();
            scenario.model().release();

            assertThat(generations.get(0).await().tokenIds()).isEqualTo(Scenario.unscripted("v!", 8));
            assertThat(generations.get(4).await().tokenIds()).isEqualTo(Scenario.unscripted("z!", 8));
        }
    }

    @Test
    void aRequestWaitsForBlocksAndLaterOnesWaitBehindIt() throws InterruptedException {
        // 8 blocks of 4 tokens: the first prompt needs 5 of them, the second 5, the third 1.
        try (Scenario scenario = new Scenario().layout(Scenario.full(4, 8)).bounds(3, 3)) {
            scenario.start().model().hold();
            Generation first = scenario.submit(Scenario.text("a".repeat(19)).maxTokens(6));
            Generation second = scenario.submit(Scenario.text("c".repeat(19)).maxTokens(6));
            Generation third = scenario.submit(Scenario.text("ef").maxTokens(2));
            scenario.model().awaitStep();
            assertThat(scenario.engine().status().running()).isEqualTo(1);
            assertThat(scenario.engine().status().queued()).isEqualTo(2);
            scenario.model().release();

            assertThat(first.await().tokenIds()).isEqualTo(Scenario.unscripted("a".repeat(19), 6));
            assertThat(second.await().tokenIds()).isEqualTo(Scenario.unscripted("c".repeat(19), 6));
            assertThat(third.await().tokenIds()).isEqualTo(Scenario.unscripted("ef", 2));
            assertThat(scenario.engine().status().keyValueBlocksUsed()).isZero();
        }
    }

    @Test
    void whatCanNeverFitTheCacheIsRefusedWithItsSize() {
        try (Scenario scenario = new Scenario().layout(Scenario.full(4, 3)).start()) {
            assertThatThrownBy(() -> scenario.submit(Scenario.text("ab").maxTokens(12)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("13 tokens")
                    .hasMessageContaining("holds 12")
                    .extracting(error -> ((InvalidRequestException) error).parameter())
                    .isEqualTo("max_tokens");
            assertThatThrownBy(() ->
                            scenario.submit(Scenario.text("abcdefghijklmn").maxTokens(1)))
                    .isInstanceOf(InvalidRequestException.class)
                    .extracting(error -> ((InvalidRequestException) error).parameter())
                    .isEqualTo("prompt");
        }
    }

    @Test
    void anOpenEndGoesAsFarAsTheCacheAllows() throws InterruptedException {
        try (Scenario scenario = new Scenario().layout(Scenario.full(4, 3)).start()) {
            GenerationResult result = scenario.run(Scenario.text("ab"));

            // 12 tokens are cached; the 13th is drawn but never fed.
            assertThat(result.tokenIds()).isEqualTo(Scenario.unscripted("ab", 11));
            assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void windowLayersReuseTheirBlocksInALongAnswer() throws InterruptedException {
        // The window group has just the blocks that one sequence needs: 4 - 1 + 8 positions touch up to 7 blocks of 2.
        try (Scenario scenario = new Scenario()
                .layout(Scenario.fullAndWindow(2, 64, 4, 7))
                .load(8, 4)
                .context(100)
                .start()) {
            for (String prompt : List.of(LONG_PROMPT, "xyz")) {
                GenerationResult result = scenario.run(Scenario.text(prompt).maxTokens(60));

                assertThat(result.tokenIds()).isEqualTo(Scenario.unscripted(prompt, 60));
            }
            assertThat(scenario.engine().status().keyValueBlocksUsed()).isZero();
        }
    }
}
