package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.text.ChatMessage;

class InvalidRequestTest {

    private final List<GenerationResult> ends = new ArrayList<>();

    private void refused(Scenario scenario, GenerationRequest.Builder request, String parameter, String... words) {
        ends.clear();
        assertThatThrownBy(() -> scenario.submit(request))
                .isInstanceOfSatisfying(InvalidRequestException.class, error -> {
                    assertThat(error.parameter()).isEqualTo(parameter);
                    assertThat(error.getMessage()).contains(words);
                    assertThat(ends).singleElement().satisfies(end -> {
                        assertThat(end.finishReason()).isEqualTo(FinishReason.FAILED);
                        assertThat(end.error()).isSameAs(error);
                    });
                });
        assertThat(scenario.engine().status().queued()).isZero();
    }

    private Scenario scenario() {
        return new Scenario().context(10).listener((request, result) -> {
            ends.add(result);
            return CompletableFuture.completedFuture(null);
        });
    }

    @Test
    void aPromptThatFillsTheContextIsRefusedWithBothLengths() {
        try (Scenario scenario = scenario().start()) {
            refused(scenario, Scenario.text("abcdefghij"), "prompt", "10 tokens", "context");
            refused(scenario, Scenario.text("abcdefghijkl").maxTokens(0), "prompt", "12 tokens", "at most 11");
        }
    }

    @Test
    void aTextThatCannotFitIsRefusedBeforeItIsTokenized() {
        try (Scenario scenario = scenario().start()) {
            refused(scenario, Scenario.text("a".repeat(1000)), "prompt", "1000 characters");
        }
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() {
        try (Scenario scenario = scenario().start()) {
            refused(scenario, GenerationRequest.builder(new Prompt.Tokens(new int[] {1, 300})), "prompt", "300");
            refused(scenario, GenerationRequest.builder(new Prompt.Tokens(new int[] {-1})), "prompt", "-1");
            refused(
                    scenario,
                    Scenario.text("a").sampling(new SamplingOptions(0, 0, 1, 0, 1, 0, 0, Map.of(300, 1.0))),
                    "logit_bias",
                    "300");
        }
    }

    @Test
    void valuesOutOfRangeAreRefusedWithTheValueAndTheRange() {
        GenerationRequest.Builder request = Scenario.text("a");

        assertThatThrownBy(() -> request.maxTokens(-1).build())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("max_tokens is -1");
        request.maxTokens(1);
        assertThatThrownBy(() -> request.topLogProbabilities(101).build())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("logprobs is 101");
        request.topLogProbabilities(0);
        assertThatThrownBy(() -> request.promptTopLogProbabilities(-1))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("prompt_logprobs is -1");
        request.promptTopLogProbabilities(0);
        for (String stop : List.of("", "a".repeat(1025))) {
            assertThatThrownBy(() -> request.stopStrings(List.of("ok", stop)).build())
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("stop is a string of " + stop.length() + " characters");
        }
        assertThatThrownBy(
                        () -> request.stopStrings(Collections.nCopies(17, "x")).build())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("stop is 17 strings");
        assertThat(request.stopStrings(List.of("a".repeat(1024))).build().stopStrings())
                .hasSize(1);
    }

    @Test
    void aReleaseTimeoutThatNeverEndsIsRefused() {
        for (Duration timeout : List.of(Duration.ZERO, Duration.ofSeconds(Long.MAX_VALUE))) {
            assertThatThrownBy(() ->
                            EngineOptions.builder().releaseTimeout(timeout).build())
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("releaseTimeout");
        }
    }

    @Test
    void promptsWithoutAnythingInThemAreRefused() {
        try (Scenario scenario = scenario().start()) {
            refused(scenario, GenerationRequest.builder(new Prompt.Tokens(new int[0])), "prompt", "no tokens");
            refused(scenario, GenerationRequest.builder(new Prompt.Chat(List.of())), "messages", "no messages");
        }
    }

    @Test
    void anEmptyTextIsTheEndOfTextToken() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            assertThat(scenario.run(Scenario.text("").maxTokens(1)).promptTokenIds())
                    .containsExactly(FakeTokenizer.END_OF_TEXT);
        }
    }

    @Test
    void whatNeedsATokenizerIsRefusedWithoutOne() {
        try (Scenario scenario = scenario().withoutTokenizer().start()) {
            refused(scenario, Scenario.text("a"), "prompt", "token-id prompts still work");
            refused(
                    scenario,
                    GenerationRequest.builder(new Prompt.Chat(List.of(new ChatMessage(ChatMessage.Role.USER, "Hi")))),
                    "messages",
                    "token-id prompts still work");
            refused(
                    scenario,
                    GenerationRequest.builder(new Prompt.Tokens(new int[] {1})).stopStrings(List.of("x")),
                    "stop",
                    "tokenizer");
        }
    }
}
