package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.olmo4j.text.ChatMessage;

class GenerationTest {

    @Test
    void aPromptIsAnsweredUpToTheEndOfText() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Hi", "Hello!").start()) {
            GenerationResult result = scenario.run(Scenario.text("Hi"));

            assertThat(result.text()).isEqualTo("Hello!");
            assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(result.tokenIds()).containsExactly(72, 101, 108, 108, 111, 33, FakeTokenizer.END_OF_TEXT);
            assertThat(result.promptTokenIds()).containsExactly(72, 105);
            assertThat(result.usage()).isEqualTo(new Usage(2, 0, 7));
            assertThat(result.error()).isNull();
            assertThat(result.seed()).isBetween(0L, (1L << 53) - 1);
        }
    }

    @Test
    void eventsComeInOrderAndJoinToTheResult() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Hi", "Grüße").start()) {
            List<GenerationEvent> events = new ArrayList<>();
            GenerationResult result = scenario.submit(Scenario.text("Hi")).forEach(events::add);

            assertThat(events.getFirst()).isInstanceOf(GenerationEvent.Started.class);
            List<GenerationEvent.Delta> deltas = events.stream()
                    .skip(1)
                    .map(GenerationEvent.Delta.class::cast)
                    .toList();
            assertThat(deltas.stream().map(GenerationEvent.Delta::text))
                    .containsExactly("G", "r", "", "ü", "", "ß", "e", "");
            assertThat(deltas.stream().flatMap(delta -> delta.tokenIds().stream()))
                    .isEqualTo(result.tokenIds());
            assertThat(result.text()).isEqualTo("Grüße");
        }
    }

    @Test
    void aConversationIsRenderedByTheTemplate() throws InterruptedException {
        try (Scenario scenario =
                new Scenario().answer("USER:Hi\nASSISTANT:", "Yes?").start()) {
            GenerationResult result = scenario.run(
                    GenerationRequest.builder(new Prompt.Chat(List.of(new ChatMessage(ChatMessage.Role.USER, "Hi")))));

            assertThat(result.text()).isEqualTo("Yes?");
        }
    }
}
