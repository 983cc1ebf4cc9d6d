package org.olmo4j.spring.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.text.ChatMessage;
import org.olmo4j.text.ToolCall;
import org.olmo4j.text.ToolDefinition;
import org.olmo4j.text.ToolFallback;
import org.olmo4j.text.ToolUse;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.content.MediaContent;
import org.springframework.ai.tool.ToolCallback;

/** Makes a Spring AI prompt a request of the engine. What the engine cannot honour is refused with its name. */
final class RequestMapper {

    private final Engine engine;

    RequestMapper(Engine engine) {
        this.engine = engine;
    }

    /**
     * Maps a prompt.
     *
     * @param messages of the prompt
     * @param given options as they came with it
     * @throws InvalidRequestException naming the message or option at fault
     */
    MappedRequest request(List<Message> messages, ChatOptions given) {
        OlmoChatOptions options = OlmoChatOptions.of(given);
        boolean described = !knowsTools() && options.getToolFallback() == ToolFallback.DESCRIBE;
        boolean known = described || knowsTools();
        List<ChatMessage> conversation = chatMessages(messages, known);
        List<ToolDefinition> tools = tools(options, known);
        ToolUse use = described
                ? ToolUse.described(conversation, tools, false, ToolUse.MAX_CALLS)
                : ToolUse.byTemplate(conversation, tools);
        GenerationRequest request =
                options.request(new Prompt.Chat(use.messages(), use.tools()), engine.defaultSampling());
        return new MappedRequest(
                JsonSchema.ofAnswer(use)
                        .map(schema -> request.mutate().jsonSchema(schema).build())
                        .orElse(request),
                use::reader);
    }

    private static List<ToolDefinition> tools(OlmoChatOptions options, boolean known) {
        List<ToolCallback> callbacks = options.getToolCallbacks();
        if (callbacks == null || callbacks.isEmpty()) {
            return List.of();
        }
        List<ToolDefinition> tools =
                callbacks.stream().map(RequestMapper::definition).toList();
        List<String> names = tools.stream().map(ToolDefinition::name).toList();
        if (!known) {
            throw new InvalidRequestException(
                    "toolCallbacks",
                    "The tools " + names + " are given, but this model's chat template knows no tools",
                    "Set toolFallback to DESCRIBE (olmo.chat.tool-fallback), leave the tools out, or call them in the"
                            + " application and put their results into the prompt");
        }
        if (options.getOutputSchema() != null) {
            throw new InvalidRequestException(
                    "outputSchema",
                    "outputSchema is set together with the tools " + names + ", and calls of them do not conform to it",
                    "Leave one of them out: without outputSchema, entity(...) describes the form in the prompt");
        }
        return tools;
    }

    private static ToolDefinition definition(ToolCallback tool) {
        org.springframework.ai.tool.definition.ToolDefinition definition = tool.getToolDefinition();
        return new ToolDefinition(
                definition.name(), Objects.requireNonNullElse(definition.description(), ""), definition.inputSchema());
    }

    private boolean knowsTools() {
        Engine.ModelText text = engine.text();
        return text != null && text.chatTemplate().knowsTools();
    }

    private static List<ChatMessage> chatMessages(List<Message> messages, boolean toolsKnown) {
        if (messages.isEmpty()) {
            throw new InvalidRequestException("messages", "The prompt has no message", "Give at least one");
        }
        List<ChatMessage> mapped = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            addMessage(messages.get(i), "messages[" + i + "]", toolsKnown, mapped);
        }
        return mapped;
    }

    private static void addMessage(Message message, String place, boolean toolsKnown, List<ChatMessage> to) {
        if (message instanceof MediaContent content && !content.getMedia().isEmpty()) {
            throw new InvalidRequestException(
                    place + ".media",
                    place + ".media has " + content.getMedia().size() + " parts, but OLMo models read text only",
                    "Leave the media out, or describe them in the text");
        }
        if (message instanceof AssistantMessage assistant && assistant.hasToolCalls()) {
            if (!toolsKnown) {
                throw new InvalidRequestException(
                        place + ".toolCalls",
                        place + ".toolCalls has " + assistant.getToolCalls().size()
                                + " calls, but this model's chat template knows no tools",
                        "Set toolFallback to DESCRIBE (olmo.chat.tool-fallback), or leave messages with tool calls out"
                                + " of the conversation");
            }
            to.add(new ChatMessage(ChatMessage.Role.ASSISTANT, text(message), toolCalls(assistant)));
            return;
        }
        if (message instanceof ToolResponseMessage tools) {
            tools.getResponses()
                    .forEach(response -> to.add(new ChatMessage(ChatMessage.Role.TOOL, response.responseData())));
            return;
        }
        to.add(new ChatMessage(role(message), text(message)));
    }

    private static String text(Message message) {
        return Objects.requireNonNullElse(message.getText(), "");
    }

    private static List<ToolCall> toolCalls(AssistantMessage message) {
        return message.getToolCalls().stream()
                .map(call -> new ToolCall(call.name(), call.arguments()))
                .toList();
    }

    private static ChatMessage.Role role(Message message) {
        return switch (message.getMessageType()) {
            case SYSTEM -> ChatMessage.Role.SYSTEM;
            case USER -> ChatMessage.Role.USER;
            case ASSISTANT -> ChatMessage.Role.ASSISTANT;
            case TOOL -> ChatMessage.Role.TOOL;
        };
    }
}
