package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.olmo4j.checkpoint.GenerationDefaults;
import org.olmo4j.sampling.SamplingOptions;

class StoppingTest {

    @Test
    void aStopStringOverSeveralTokensEndsTheAnswerAndIsNeverShown() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Q", "one\n\nQ: two").start()) {
            List<String> pieces = new ArrayList<>();
            GenerationResult result = scenario.submit(Scenario.text("Q").stopStrings(List.of("\n\nQ:", "three")))
                    .forEach(event -> {
                        if (event instanceof GenerationEvent.Delta delta) {
                            pieces.add(delta.text());
                        }
                    });

            assertThat(pieces).containsExactly("o", "n", "e", "", "", "", "");
            assertThat(result.text()).isEqualTo("one");
            assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(result.matchedStop()).contains("\n\nQ:");
            assertThat(result.usage().completionTokens()).isEqualTo(7);
        }
    }

    @Test
    void theBeginningOfAStopStringIsShownWhenTheAnswerEndsInIt() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Q", "one\n\n").start()) {
            GenerationRequest.Builder request = Scenario.text("Q").stopStrings(List.of("\n\nQ:"));

            assertThat(scenario.run(request).text()).isEqualTo("one\n\n");
            assertThat(scenario.run(request.maxTokens(4)).text()).isEqualTo("one\n");
        }
    }

    @Test
    void halfACharacterAtTheLimitBecomesAReplacementCharacter() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Q", "aü").start()) {
            GenerationResult result = scenario.run(Scenario.text("Q").maxTokens(2));

            assertThat(result.text()).isEqualTo("a\uFFFD");
            assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void aStopIdEndsTheAnswerAndHasNoText() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Q", "one.two").start()) {
            GenerationResult result = scenario.run(Scenario.text("Q").stopIds(Set.of((int) '.')));

            assertThat(result.text()).isEqualTo("one");
            assertThat(result.tokenIds()).endsWith((int) '.');
            assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(result.matchedStop()).isEmpty();
        }
    }

    @Test
    void idsOfGenerationConfigEndTheAnswerToo() throws InterruptedException {
        GenerationDefaults defaults = new GenerationDefaults(
                List.of((int) 'w'),
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
        try (Scenario scenario =
                new Scenario().answer("Q", "onetwo").defaults(defaults).start()) {
            assertThat(scenario.run(Scenario.text("Q")).text()).isEqualTo("onet");
        }
    }

    @Test
    void ignoringTheEndOfTextLeavesOnlyTheIdsOfTheRequest() throws InterruptedException {
        int end = FakeTokenizer.END_OF_TEXT;
        try (Scenario scenario =
                new Scenario().answer("Q", new int[] {'a', end, 'b', 'c'}).start()) {
            GenerationResult all =
                    scenario.run(Scenario.text("Q").ignoreEndOfText(true).maxTokens(6));
            GenerationResult some =
                    scenario.run(Scenario.text("Q").ignoreEndOfText(true).stopIds(Set.of((int) 'c')));

            assertThat(all.tokenIds()).containsExactly((int) 'a', end, (int) 'b', (int) 'c', end, end);
            assertThat(all.text()).isEqualTo("abc");
            assertThat(all.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(some.tokenIds()).containsExactly((int) 'a', end, (int) 'b', (int) 'c');
        }
    }

    @Test
    void theContextIsTheLongestAnAnswerGets() throws InterruptedException {
        try (Scenario scenario = new Scenario().context(10).start()) {
            GenerationResult result = scenario.run(Scenario.text("abcd").maxTokens(1000));

            assertThat(result.tokenIds()).isEqualTo(Scenario.unscripted("abcd", 6));
            assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(scenario.run(Scenario.text("abcdefghi")).tokenIds()).hasSize(1);
        }
    }

    @Test
    void noTokensAreGeneratedWhereNoneAreAskedFor() throws InterruptedException {
        try (Scenario scenario = new Scenario().start()) {
            List<GenerationEvent> events = new ArrayList<>();
            GenerationResult result =
                    scenario.submit(Scenario.text("abc").maxTokens(0)).forEach(events::add);

            assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(result.tokenIds()).isEmpty();
            assertThat(result.usage()).isEqualTo(new Usage(3, 0, 0));
            assertThat(events).hasSize(1).first().isInstanceOf(GenerationEvent.Started.class);
            assertThat(scenario.model().steps()).isEmpty();
        }
    }

    @Test
    void aModelWithoutTokenizerAnswersTokenIdsWithoutText() throws InterruptedException {
        try (Scenario scenario = new Scenario().withoutTokenizer().start()) {
            GenerationResult result =
                    scenario.run(GenerationRequest.builder(new Prompt.Tokens(FakeTokenizer.ids("abc")))
                            .maxTokens(5));

            assertThat(result.text()).isEmpty();
            assertThat(result.tokenIds()).isEqualTo(Scenario.unscripted("abc", 5));
        }
    }

    @Test
    void theSameSeedGivesTheSameAnswerAndAnotherOneAnother() throws InterruptedException {
        SamplingOptions hot = new SamplingOptions(50, 0, 1, 0, 1, 0, 0, java.util.Map.of());
        try (Scenario scenario = new Scenario().start()) {
            GenerationRequest.Builder request =
                    Scenario.text("abc").sampling(hot).ignoreEndOfText(true).maxTokens(20);
            GenerationResult first = scenario.run(request.seed(5));
            GenerationResult again = scenario.run(request.seed(5));
            GenerationResult other = scenario.run(request.seed(6));
            GenerationResult drawn = scenario.run(GenerationRequest.builder(new Prompt.Text("abc"))
                    .sampling(hot)
                    .ignoreEndOfText(true)
                    .maxTokens(20));
            GenerationResult repeated = scenario.run(request.seed(drawn.seed()));

            assertThat(again.tokenIds()).isEqualTo(first.tokenIds());
            assertThat(other.tokenIds()).isNotEqualTo(first.tokenIds());
            assertThat(repeated.tokenIds()).isEqualTo(drawn.tokenIds());
            assertThat(first.tokenIds().stream().collect(Collectors.toSet())).hasSizeGreaterThan(5);
        }
    }

    @Test
    void idsWithoutATokenAreNeverGenerated() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Q", new int[] {299}).start()) {
            assertThat(scenario.run(Scenario.text("Q").maxTokens(1)).tokenIds()).allMatch(id -> id <= FakeTokenizer.AB);
        }
    }
}
