package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.engine.GenerationRequest.PromptScoring;
import org.olmo4j.engine.ScriptedModel.SeenRow;
import org.olmo4j.error.GenerationFailedException;

/** Blocks have 4 tokens here. The scripted model finds earlier tokens only in its blocks, so that a wrong one gives a wrong answer. */
class PrefixCacheTest {

    private static final String SYSTEM = "you are a helpful model.";

    private static Scenario scenario() {
        return new Scenario().context(256);
    }

    private static int processedTokens(Scenario scenario) {
        return scenario.model().steps().stream()
                .flatMap(List::stream)
                .mapToInt(SeenRow::count)
                .sum();
    }

    @Test
    void aPromptThatBeginsLikeAnEarlierOneProcessesOnlyTheRest() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            scenario.run(Scenario.text(SYSTEM + "first?").maxTokens(1));
            GenerationResult second =
                    scenario.run(Scenario.text(SYSTEM + "second").maxTokens(3));

            assertThat(second.tokenIds()).isEqualTo(Scenario.unscripted(SYSTEM + "second", 3));
            assertThat(second.usage()).isEqualTo(new Usage(30, 24, 3));
            assertThat(processedTokens(scenario)).isEqualTo(30 + 6 + 2);
            EngineStatus status = scenario.engine().status();
            assertThat(status.promptTokensLooked()).isEqualTo(60);
            assertThat(status.promptTokensCached()).isEqualTo(24);
            assertThat(status.promptTokens()).isEqualTo(36);
            assertThat(status.keyValueBlocksUsed()).isZero();
            assertThat(status.keyValueBlocksCached()).isPositive();
        }
    }

    @Test
    void aConversationGoesOnFromItsOwnAnswers() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            StringBuilder history = new StringBuilder(SYSTEM);
            for (int turn = 0; turn < 5; turn++) {
                history.append("and?");
                GenerationResult answer =
                        scenario.run(Scenario.text(history.toString()).maxTokens(9));
                assertThat(answer.tokenIds()).isEqualTo(Scenario.unscripted(history.toString(), 9));
                // All that the turn before has processed: everything but its last token.
                int before = history.length() - "and?".length() - 1;
                assertThat(answer.usage().cachedPromptTokens()).isEqualTo(turn == 0 ? 0 : before / 4 * 4);
                history.append(answer.text());
            }
        }
    }

    @Test
    void theWholePromptAgainStillProcessesItsLastToken() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            List<Integer> expected = Scenario.unscripted(SYSTEM, 2);
            assertThat(scenario.run(Scenario.text(SYSTEM).maxTokens(2)).tokenIds())
                    .isEqualTo(expected);
            GenerationResult again = scenario.run(Scenario.text(SYSTEM).maxTokens(2));

            assertThat(again.tokenIds()).isEqualTo(expected);
            assertThat(again.usage().cachedPromptTokens()).isEqualTo(20);
        }
    }

    @Test
    void tenantsOfDifferentSaltsShareNothing() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            scenario.run(Scenario.text(SYSTEM).cacheSalt("a").maxTokens(1));

            assertThat(scenario.run(Scenario.text(SYSTEM).cacheSalt("b").maxTokens(1))
                            .usage()
                            .cachedPromptTokens())
                    .isZero();
            assertThat(scenario.run(Scenario.text(SYSTEM).maxTokens(1)).usage().cachedPromptTokens())
                    .isZero();
            assertThat(scenario.run(Scenario.text(SYSTEM).cacheSalt("a").maxTokens(1))
                            .usage()
                            .cachedPromptTokens())
                    .isEqualTo(20);
        }
    }

    @Test
    void withoutThePrefixCacheNothingStays() throws InterruptedException {
        try (Scenario scenario = scenario().prefixCache(false).start()) {
            scenario.run(Scenario.text(SYSTEM).maxTokens(1));

            GenerationResult again = scenario.run(Scenario.text(SYSTEM).maxTokens(1));
            assertThat(again.usage().cachedPromptTokens()).isZero();
            assertThat(scenario.engine().status().keyValueBlocksCached()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6, 8, 64})
    void promptsThatRunTogetherProcessTheirCommonBeginningOnce(int chunk) throws InterruptedException {
        try (Scenario scenario = scenario().chunk(chunk).bounds(5, 0).start()) {
            scenario.model().hold();
            Generation first = scenario.submit(Scenario.text("w").maxTokens(2));
            scenario.model().awaitStep();
            List<String> prompts = List.of(SYSTEM + "one", SYSTEM + "two", SYSTEM + "three");
            List<Generation> together = prompts.stream()
                    .map(prompt -> scenario.submit(Scenario.text(prompt).maxTokens(2)))
                    .toList();
            scenario.model().release();

            first.await();
            int cached = 0;
            for (int i = 0; i < prompts.size(); i++) {
                GenerationResult result = together.get(i).await();
                assertThat(result.tokenIds()).isEqualTo(Scenario.unscripted(prompts.get(i), 2));
                cached += result.usage().cachedPromptTokens();
            }
            assertThat(cached).as("two of three take over all 24 tokens").isEqualTo(48);
            assertThat(processedTokens(scenario)).isEqualTo(2 + 24 + 3 + 3 + 5 + 3);
        }
    }

    @Test
    void choicesThatAreScoredShareTheirContext() throws InterruptedException {
        try (Scenario scenario = scenario().bounds(4, 0).start()) {
            scenario.model().hold();
            List<Generation> choices = IntStream.range(0, 4)
                    .mapToObj(choice -> scenario.submit(Scenario.text(SYSTEM + "abcd".substring(choice) + "x")
                            .promptScoring(new PromptScoring(SYSTEM.length(), 0))
                            .maxTokens(0)))
                    .toList();
            scenario.model().release();

            for (int choice = 0; choice < 4; choice++) {
                String continuation = "abcd".substring(choice) + "x";
                GenerationResult result = choices.get(choice).await();
                int[] tokens = FakeTokenizer.ids(SYSTEM + continuation);
                assertThat(result.promptLogProbabilities()).hasSize(continuation.length());
                for (int i = 0; i < continuation.length(); i++) {
                    int at = SYSTEM.length() + i;
                    float[] logits = scenario.model().logits(java.util.Arrays.copyOf(tokens, at));
                    assertThat(result.promptLogProbabilities().get(i))
                            .isEqualTo(org.olmo4j.sampling.LogProbabilities.of(
                                    java.lang.foreign.MemorySegment.ofArray(logits), tokens[at], 0));
                }
            }
            // The token before the first one that is scored is processed by each, with the rest of its block.
            assertThat(processedTokens(scenario)).isEqualTo(20 + 4 * 4 + (4 + 3 + 2 + 1));
        }
    }

    @Test
    void aWindowedModelTakesOverWhatItsQueriesStillSee() throws InterruptedException {
        try (Scenario scenario =
                scenario().layout(Scenario.fullAndWindow(4, 100, 6, 40)).start()) {
            scenario.run(Scenario.text(SYSTEM + "first?").maxTokens(3));
            GenerationResult same =
                    scenario.run(Scenario.text(SYSTEM + "first?and more").maxTokens(3));

            assertThat(same.tokenIds()).isEqualTo(Scenario.unscripted(SYSTEM + "first?and more", 3));
            assertThat(same.usage().cachedPromptTokens()).isEqualTo(28);
        }
    }

    @Test
    void aWindowJustLargeEnoughForOneSequenceHoldsAConversationThatGoesOn() throws InterruptedException {
        // A window of 4 and steps of 8 touch up to 4 blocks of 4.
        try (Scenario scenario = scenario()
                .layout(Scenario.fullAndWindow(4, 64, 4, 4))
                .load(8, 4)
                .start()) {
            String prompt = SYSTEM + "go";
            scenario.run(Scenario.text(prompt).maxTokens(1));
            String longer = prompt + "and on for some more";

            assertThat(scenario.run(Scenario.text(longer).maxTokens(3)).tokenIds())
                    .isEqualTo(Scenario.unscripted(longer, 3));
        }
    }

    @Test
    void whatAFailedRowComputedIsNotFoundAgain() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            scenario.model().poison(Float.NaN);
            assertThatThrownBy(() -> scenario.run(Scenario.text(SYSTEM).maxTokens(2)))
                    .isInstanceOf(GenerationFailedException.class);
            scenario.model().poison(0);

            GenerationResult again = scenario.run(Scenario.text(SYSTEM).maxTokens(2));
            assertThat(again.usage().cachedPromptTokens()).isZero();
            assertThat(again.tokenIds()).isEqualTo(Scenario.unscripted(SYSTEM, 2));
        }
    }
}
