package org.olmo4j.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.engine.FakeTokenizer;
import org.olmo4j.engine.Scenario;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.LogProbabilities;
import org.olmo4j.sampling.TokenLogProbability;

class ScorerTest {

    private static int[] ids(String text) {
        return FakeTokenizer.ids(text);
    }

    private static int[] endOfTextAnd(String text) {
        return IntStream.concat(IntStream.of(FakeTokenizer.END_OF_TEXT), Arrays.stream(ids(text)))
                .toArray();
    }

    /** The scores of the last tokens of a sequence, straight from the model's logits. */
    private static List<TokenLogProbability> expected(Scenario scenario, int[] all, int continuation) {
        List<TokenLogProbability> scores = new ArrayList<>();
        for (int i = all.length - continuation; i < all.length; i++) {
            scores.add(LogProbabilities.of(scenario.model().logits(Arrays.copyOf(all, i)), all[i], 1));
        }
        return scores;
    }

    @Test
    void theTokensOfTheContinuationAreScored() throws InterruptedException {
        try (Scenario scenario = new Scenario().start()) {
            Score score = new Scorer(scenario.engine()).score("Q: two?", " two");

            assertThat(score.tokens()).isEqualTo(expected(scenario, ids("Q: two? two"), 4));
            assertThat(score.truncatedTokens()).isZero();
            assertThat(score.logLikelihood())
                    .isCloseTo(
                            score.tokens().stream()
                                    .mapToDouble(TokenLogProbability::logProbability)
                                    .sum(),
                            within(1e-9));
            assertThat(score.greedy()).isFalse();
        }
    }

    @Test
    void aContinuationThatTheModelWouldGiveIsGreedy() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Q", "one").start()) {
            Scorer scorer = new Scorer(scenario.engine());

            assertThat(scorer.score("Q", "on").greedy()).isTrue();
            assertThat(scorer.score("Q", "ox").greedy()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "\"Q: \", \"two\", 4",
                "\"Q:\", \" two\", 4",
                "\"Q:\t\n \", \"two\", 6",
                "\"Q:\u00a0\", \"two\", 5",
            })
    void whiteSpaceAtTheEndOfTheContextBelongsToTheContinuation(String context, String continuation, int tokens)
            throws InterruptedException {
        try (Scenario scenario = new Scenario().start()) {
            Score score = new Scorer(scenario.engine()).score(context, continuation);

            assertThat(score.tokens()).isEqualTo(expected(scenario, ids(context + continuation), tokens));
        }
    }

    @Test
    void aTokenOverTheBorderIsCutAsTheHarnessCutsIt() throws InterruptedException {
        try (Scenario scenario = new Scenario().withMergingTokenizer().start()) {
            // Together: Q, ab, c. The context alone: Q, a. So the continuation is what follows two tokens: c.
            Score score = new Scorer(scenario.engine()).score("Qa", "bc");

            assertThat(score.tokens()).isEqualTo(expected(scenario, ids("Qac"), 1));
            assertThatThrownBy(() -> new Scorer(scenario.engine()).score("Qa", "b"))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("0 tokens");
        }
    }

    @Test
    void anEmptyContextIsTheEndOfTextToken() throws InterruptedException {
        try (Scenario scenario = new Scenario().start()) {
            Scorer scorer = new Scorer(scenario.engine());

            assertThat(scorer.score("", "two").tokens()).isEqualTo(expected(scenario, endOfTextAnd("two"), 3));
            assertThat(scorer.score("  ", "two").tokens()).isEqualTo(expected(scenario, endOfTextAnd("  two"), 5));
            assertThat(scorer.score(new int[0], ids("two")).tokens())
                    .isEqualTo(expected(scenario, endOfTextAnd("two"), 3));
        }
    }

    @Test
    void whatIsTooLongLosesItsBeginning() throws InterruptedException {
        try (Scenario scenario = new Scenario().context(10).start()) {
            Score score = new Scorer(scenario.engine()).score("abcdefghijklm", "nop");

            // The last token is not fed, so 11 tokens fit a context of 10.
            assertThat(score.truncatedTokens()).isEqualTo(5);
            assertThat(score.tokens()).isEqualTo(expected(scenario, ids("fghijklmnop"), 3));
        }
    }

    @Test
    void manyContinuationsAreScoredInOrderThoughFewFitAtOnce() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(2, 1).start()) {
            List<String> continuations =
                    IntStream.range(0, 30).mapToObj(i -> " choice " + i).toList();

            List<Score> scores = new Scorer(scenario.engine()).score("Q:", continuations);

            for (int i = 0; i < 30; i++) {
                String continuation = continuations.get(i);
                assertThat(scores.get(i).tokens())
                        .isEqualTo(expected(scenario, ids("Q:" + continuation), continuation.length()));
            }
        }
    }

    @Test
    void aContinuationWithoutTokensOrBeyondTheContextIsRefused() {
        try (Scenario scenario = new Scenario().context(10).start()) {
            Scorer scorer = new Scorer(scenario.engine());

            assertThatThrownBy(() -> scorer.score("a", "")).isInstanceOf(InvalidRequestException.class);
            assertThatThrownBy(() -> scorer.score("a", "b".repeat(11)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("11 tokens")
                    .hasMessageContaining("1 to 10");
        }
    }

    @Test
    void withoutATokenizerOnlyIdsAreScored() throws InterruptedException {
        try (Scenario scenario = new Scenario().withoutTokenizer().start()) {
            Scorer scorer = new Scorer(scenario.engine());

            assertThatThrownBy(() -> scorer.score("a", "b"))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("tokenizer");
            assertThat(scorer.score(ids("a"), ids("b")).tokens()).isEqualTo(expected(scenario, ids("ab"), 1));
        }
    }
}
