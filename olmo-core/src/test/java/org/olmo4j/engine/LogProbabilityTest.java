package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.sampling.LogProbabilities;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.sampling.TokenLogProbability;

class LogProbabilityTest {

    private static final String PROMPT = "abcdefghijk";

    private static List<TokenLogProbability> expected(ScriptedModel model, int[] tokens, int from, int top) {
        List<TokenLogProbability> scores = new ArrayList<>();
        for (int i = from; i < tokens.length; i++) {
            scores.add(LogProbabilities.of(model.logits(Arrays.copyOf(tokens, i)), tokens[i], top));
        }
        return scores;
    }

    @ParameterizedTest
    @CsvSource({"1, 64", "2, 64", "3, 64", "10, 64", "11, 64", "64, 64", "64, 1", "5, 2"})
    void promptsAreScoredInChunksOfAnySize(int chunk, int rows) throws InterruptedException {
        try (Scenario scenario = new Scenario().chunk(chunk).load(64, rows).start()) {
            List<GenerationEvent> events = new ArrayList<>();
            GenerationResult result = scenario.submit(
                            Scenario.text(PROMPT).promptTopLogProbabilities(3).maxTokens(2))
                    .forEach(events::add);

            List<TokenLogProbability> scores = expected(scenario.model(), FakeTokenizer.ids(PROMPT), 1, 3);
            assertThat(result.promptLogProbabilities()).isEqualTo(scores);
            assertThat(result.tokenIds()).isEqualTo(Scenario.unscripted(PROMPT, 2));
            assertThat(events.getFirst())
                    .isInstanceOfSatisfying(
                            GenerationEvent.Started.class,
                            started ->
                                    assertThat(started.promptLogProbabilities()).isEqualTo(scores));
            assertThat(events.stream().filter(GenerationEvent.Started.class::isInstance))
                    .hasSize(1);
        }
    }

    @Test
    void theLastPromptTokenHasARowOfItsOwnWhereTokensFollow() throws InterruptedException {
        try (Scenario scenario = new Scenario().start()) {
            scenario.run(Scenario.text(PROMPT).promptTopLogProbabilities(0).maxTokens(1));

            assertThat(scenario.model().steps()).hasSize(1);
            assertThat(scenario.model().steps().getFirst())
                    .extracting(ScriptedModel.SeenRow::count)
                    .containsExactly(10, 1);
        }
    }

    @Test
    void aPromptThatNothingFollowsIsScoredWithoutItsLastToken() throws InterruptedException {
        try (Scenario scenario = new Scenario().context(11).start()) {
            GenerationResult result = scenario.run(
                    Scenario.text(PROMPT).promptTopLogProbabilities(1).maxTokens(0));

            assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(result.promptLogProbabilities())
                    .isEqualTo(expected(scenario.model(), FakeTokenizer.ids(PROMPT), 1, 1));
            assertThat(scenario.model().steps().getFirst()).singleElement().satisfies(row -> {
                assertThat(row.count()).isEqualTo(10);
                assertThat(row.output()).isInstanceOf(OutputRequest.TokenLogProbabilities.class);
            });
        }
    }

    @Test
    void aPromptOfOneTokenHasNothingToScore() throws InterruptedException {
        try (Scenario scenario = new Scenario().start()) {
            GenerationRequest.Builder request = Scenario.text("a").promptTopLogProbabilities(1);

            assertThat(scenario.run(request.maxTokens(0)).promptLogProbabilities())
                    .isEmpty();
            assertThat(scenario.run(request.maxTokens(3)).tokenIds()).isEqualTo(Scenario.unscripted("a", 3));
        }
    }

    @Test
    void generatedTokensAreScoredByTheRawLogits() throws InterruptedException {
        SamplingOptions bent = new SamplingOptions(0, 0, 1, 0, 1.3, 0.5, 0.5, Map.of((int) 'z', 30.0));
        try (Scenario scenario = new Scenario().start()) {
            GenerationResult result = scenario.run(
                    Scenario.text("abc").sampling(bent).topLogProbabilities(2).maxTokens(4));

            int[] tokens = new int[7];
            System.arraycopy(FakeTokenizer.ids("abc"), 0, tokens, 0, 3);
            for (int i = 0; i < 4; i++) {
                tokens[3 + i] = result.tokenIds().get(i);
            }
            assertThat(result.tokenIds()).contains((int) 'z');
            assertThat(result.logProbabilities()).isEqualTo(expected(scenario.model(), tokens, 3, 2));
        }
    }
}
