package org.olmo4j.spring.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.olmo4j.text.ChatMessage;
import org.olmo4j.text.ChatMessage.Role;
import org.olmo4j.text.ToolCall;
import org.olmo4j.text.ToolDefinition;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.support.ToolCallbacks;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.annotation.Tool;

/** How tools are offered to the model, and how its calls come back. */
@Timeout(20)
class OlmoChatModelToolTests {

    private final ScriptedEngine engine = ScriptedEngine.knowingTools();
    private final OlmoChatModel model =
            OlmoChatModel.builder(engine, "olmo-test").build();

    static class Clock {
        @Tool(description = "Tells the time")
        String currentTime(String zone) {
            return "12:00 in " + zone;
        }
    }

    private static final ToolCallback[] TOOLS = ToolCallbacks.from(new Clock());

    private static Prompt withTools(String question) {
        return new Prompt(
                question, OlmoChatOptions.builder().toolCallbacks(TOOLS).build());
    }

    @Test
    void offersTheDefinitionsToTheModel() {
        engine.answer(ScriptedGeneration.saying("Noon."));

        assertThat(model.call(withTools("What time is it?")).hasToolCalls()).isFalse();

        assertThat(((org.olmo4j.engine.Prompt.Chat) engine.request().prompt()).tools())
                .singleElement()
                .satisfies(tool -> {
                    assertThat(tool.name()).isEqualTo("currentTime");
                    assertThat(tool.description()).isEqualTo("Tells the time");
                    assertThat(tool)
                            .isEqualTo(new ToolDefinition(
                                    tool.name(),
                                    tool.description(),
                                    TOOLS[0].getToolDefinition().inputSchema()));
                });
    }

    @Test
    void returnsTheCallsOfAnAnswerBesideItsWords() {
        engine.answer(ScriptedGeneration.saying(
                "I look. <function_calls>currentTime(zone=\"UTC\")\ncurrentTime(zone='CET')</function_calls>"));

        ChatResponse response = model.call(withTools("What time is it?"));

        assertThat(response.getResult().getOutput().getText()).isEqualTo("I look. ");
        assertThat(response.getResult().getOutput().getToolCalls())
                .containsExactly(
                        new AssistantMessage.ToolCall("call_7_0", "function", "currentTime", "{\"zone\":\"UTC\"}"),
                        new AssistantMessage.ToolCall("call_7_1", "function", "currentTime", "{\"zone\":\"CET\"}"));
        assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("TOOL_CALLS");
    }

    @Test
    void streamsWordsAtOnceAndCallsWithTheSumAtTheEnd() {
        engine.answer(ScriptedGeneration.saying(
                "I ", "look", ". <func", "tion_calls>current", "Time(zone=\"UTC\")", "</function_calls>"));

        List<ChatResponse> responses =
                model.stream(withTools("What time is it?")).collectList().block();

        assertThat(responses)
                .extracting(response -> response.getResult().getOutput().getText())
                .containsExactly("I ", "look", ". ", "");
        assertThat(responses.subList(0, 3)).noneMatch(ChatResponse::hasToolCalls);
        assertThat(responses.getLast().getResult().getOutput().getToolCalls())
                .containsExactly(
                        new AssistantMessage.ToolCall("call_7_0", "function", "currentTime", "{\"zone\":\"UTC\"}"));
        assertThat(responses.getLast().getMetadata().getUsage().getCompletionTokens())
                .isEqualTo(6);
    }

    @Test
    void callsThatCannotBeReadAreText() {
        String cut = "<function_calls>currentTime(zone=\"U";
        engine.answer(
                ScriptedGeneration.of(1).delta(cut, 10).endsBy(FinishReason.LENGTH),
                ScriptedGeneration.of(1).delta(cut, 10).endsBy(FinishReason.LENGTH));

        ChatResponse called = model.call(withTools("What time is it?"));
        String streamed = model.stream(withTools("What time is it?"))
                .map(response ->
                        Objects.requireNonNull(response.getResult().getOutput().getText()))
                .collect(Collectors.joining())
                .block();

        assertThat(called.getResult().getOutput().getText()).isEqualTo(cut).isEqualTo(streamed);
        assertThat(called.hasToolCalls()).isFalse();
        assertThat(called.getResult().getMetadata().getFinishReason()).isEqualTo("LENGTH");
    }

    @Test
    void withoutToolsAnAnswerIsNotLookedInto() {
        String text = "OLMo writes <function_calls>f()</function_calls>";
        engine.answer(ScriptedGeneration.saying(text), ScriptedGeneration.saying(text));

        assertThat(model.call("How does OLMo call?")).isEqualTo(text);
        assertThat(model.stream("How does OLMo call?").collectList().block()).containsExactly(text, "");
    }

    @Test
    void aConversationKeepsItsCallsAndTheirResults() {
        engine.answer(ScriptedGeneration.saying("Noon."));

        model.call(new Prompt(
                List.of(
                        new UserMessage("What time is it?"),
                        AssistantMessage.builder()
                                .content("I look.")
                                .toolCalls(List.of(new AssistantMessage.ToolCall(
                                        "1", "function", "currentTime", "{ \"zone\": \"UTC\" }")))
                                .build(),
                        ToolResponseMessage.builder()
                                .responses(List.of(
                                        new ToolResponseMessage.ToolResponse("1", "currentTime", "12:00 in UTC")))
                                .build()),
                OlmoChatOptions.builder().toolCallbacks(TOOLS).build()));

        assertThat(((org.olmo4j.engine.Prompt.Chat) engine.request().prompt()).messages())
                .containsExactly(
                        new ChatMessage(Role.USER, "What time is it?"),
                        new ChatMessage(
                                Role.ASSISTANT, "I look.", List.of(new ToolCall("currentTime", "{\"zone\":\"UTC\"}"))),
                        new ChatMessage(Role.TOOL, "12:00 in UTC"));
    }

    @Test
    void toolsBesideASchemaAreRefused() {
        assertThatThrownBy(() -> model.call(new Prompt(
                        "What time is it?",
                        OlmoChatOptions.builder()
                                .toolCallbacks(TOOLS)
                                .outputSchema("true")
                                .build())))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("outputSchema", "currentTime");
    }
}
