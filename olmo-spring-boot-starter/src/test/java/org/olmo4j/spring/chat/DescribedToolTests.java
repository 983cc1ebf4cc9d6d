package org.olmo4j.spring.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.Olmo;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.olmo4j.text.ToolFallback;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.support.ToolCallbacks;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.annotation.Tool;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tools for a model whose chat template knows none. */
@Timeout(60)
class DescribedToolTests {

    private final ScriptedEngine engine = ScriptedEngine.create();
    private final OlmoChatModel model =
            OlmoChatModel.builder(engine, "olmo-test").build();

    enum Zone {
        UTC,
        CET
    }

    static class Clock {
        @Tool(description = "Tells the time")
        String currentTime(Zone zone) {
            return "12:00 in " + zone;
        }
    }

    private static final ToolCallback[] TOOLS = ToolCallbacks.from(new Clock());

    private static OlmoChatOptions.Builder options() {
        return OlmoChatOptions.builder().toolCallbacks(TOOLS).toolFallback(ToolFallback.DESCRIBE);
    }

    private static Prompt prompt() {
        return new Prompt("What time is it?", options().build());
    }

    @Test
    void areDescribedAndTheAnswerIsHeldToTheForm() {
        engine.answer(ScriptedGeneration.saying("{\"answer\": \"Noon.\"}"));

        ChatResponse response = model.call(prompt());

        assertThat(response.getResult().getOutput().getText()).isEqualTo("Noon.");
        assertThat(response.hasToolCalls()).isFalse();
        org.olmo4j.engine.Prompt.Chat chat =
                (org.olmo4j.engine.Prompt.Chat) engine.request().prompt();
        assertThat(chat.tools()).isEmpty();
        assertThat(chat.messages().getFirst().content()).contains("currentTime", "Tells the time");
        assertThat(engine.request().jsonSchema().orElseThrow().text()).contains("\"const\":\"currentTime\"");
    }

    @Test
    void theCallsOfAnAnswerAreReturned() {
        engine.answer(ScriptedGeneration.saying(
                "{\"calls\": [{\"tool\": \"currentTime\", \"arguments\": {\"zone\": \"UTC\"}},"
                        + " {\"tool\": \"currentTime\", \"arguments\": {\"zone\": \"CET\"}}]}"));

        ChatResponse response = model.call(prompt());

        assertThat(response.getResult().getOutput().getToolCalls())
                .containsExactly(
                        new AssistantMessage.ToolCall("call_7_0", "function", "currentTime", "{\"zone\":\"UTC\"}"),
                        new AssistantMessage.ToolCall("call_7_1", "function", "currentTime", "{\"zone\":\"CET\"}"));
        assertThat(response.getResult().getOutput().getText()).isEmpty();
        assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("TOOL_CALLS");
    }

    @Test
    void textIsStreamedAsItComesAndCallsAtTheEnd() {
        engine.answer(
                ScriptedGeneration.saying("{\"ans", "wer\": \"No", "on.", "\"}"),
                ScriptedGeneration.saying(
                        "{\"calls\": [{\"tool\": \"currentTime\",", " \"arguments\": {\"zone\": \"CET\"}}]}"));

        assertThat(model.stream(prompt()).collectList().block())
                .extracting(response -> response.getResult().getOutput().getText())
                .containsExactly("No", "on.", "");
        ChatResponse last = Objects.requireNonNull(
                        model.stream(prompt()).collectList().block())
                .getLast();
        assertThat(last.getResult().getOutput().getToolCalls())
                .extracting(AssistantMessage.ToolCall::arguments)
                .containsExactly("{\"zone\":\"CET\"}");
    }

    @Test
    void areRefusedByNameUnlessAskedFor() {
        assertThatThrownBy(() -> model.call(new Prompt(
                        "What time is it?",
                        OlmoChatOptions.builder().toolCallbacks(TOOLS).build())))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("currentTime", "olmo.chat.tool-fallback");
    }

    @Test
    void aToolWhoseParametersCannotBeHeldIsNamed() {
        ToolCallback strange = org.springframework.ai.tool.function.FunctionToolCallback.builder(
                        "strange", (String input) -> input)
                .inputType(String.class)
                .inputSchema("{\"type\":\"object\",\"not\":{}}")
                .build();

        assertThatThrownBy(() -> model.call(new Prompt(
                        "x", options().toolCallbacks(List.of(strange)).build())))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("strange", "not");
    }

    /** Whatever a model says that was never trained on tools, it can be read, and calls have valid arguments. */
    @Test
    void aRealModelAnswersInTheForm() {
        try (Olmo olmo = Olmo.load("../sample-app/src/main/resources/demo-model")) {
            OlmoChatModel real = OlmoChatModel.builder(olmo.engine(), "demo").build();
            for (long seed = 1; seed <= 8; seed++) {
                OlmoChatOptions options =
                        options().temperature(1.5).seed(seed).maxTokens(400).build();

                List<ChatResponse> parts = Objects.requireNonNull(real.stream(new Prompt("What time is it?", options))
                        .collectList()
                        .block());

                String words = parts.stream()
                        .map(part -> Objects.requireNonNull(
                                part.getResult().getOutput().getText()))
                        .collect(Collectors.joining());
                List<AssistantMessage.ToolCall> calls =
                        parts.getLast().getResult().getOutput().getToolCalls();
                assertThat(words.isEmpty()).isEqualTo(!calls.isEmpty());
                assertThat(words).doesNotStartWith("{");
                for (AssistantMessage.ToolCall call : calls) {
                    JsonNode arguments = JsonMapper.shared().readTree(call.arguments());
                    assertThat(call.name()).isEqualTo("currentTime");
                    assertThat(arguments.get("zone").stringValue()).isIn("UTC", "CET");
                }
            }
        }
    }
}
