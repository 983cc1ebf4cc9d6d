package org.olmo4j.spring.chat;

import java.util.ArrayList;
import java.util.List;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.text.ChatMessage;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.content.MediaContent;

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
    GenerationRequest request(List<Message> messages, ChatOptions given) {
        OlmoChatOptions options = OlmoChatOptions.of(given);
        refuseTools(options);
        return options.request(new Prompt.Chat(chatMessages(messages)), engine.defaultSampling());
    }

    private static void refuseTools(OlmoChatOptions options) {
        if (options.getToolCallbacks() == null || options.getToolCallbacks().isEmpty()) {
            return;
        }
        List<String> names = options.getToolCallbacks().stream()
                .map(tool -> tool.getToolDefinition().name())
                .toList();
        throw new InvalidRequestException(
                "toolCallbacks",
                "The tools " + names + " are given, but this model's chat template knows no tools",
                "Leave the tools out, or call them in the application and put their results into the prompt");
    }

    private static List<ChatMessage> chatMessages(List<Message> messages) {
        if (messages.isEmpty()) {
            throw new InvalidRequestException("messages", "The prompt has no message", "Give at least one");
        }
        List<ChatMessage> mapped = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            addMessage(messages.get(i), "messages[" + i + "]", mapped);
        }
        return mapped;
    }

    private static void addMessage(Message message, String place, List<ChatMessage> to) {
        if (message instanceof MediaContent content && !content.getMedia().isEmpty()) {
            throw new InvalidRequestException(
                    place + ".media",
                    place + ".media has " + content.getMedia().size() + " parts, but OLMo models read text only",
                    "Leave the media out, or describe them in the text");
        }
        if (message instanceof AssistantMessage assistant && assistant.hasToolCalls()) {
            throw new InvalidRequestException(
                    place + ".toolCalls",
                    place + ".toolCalls has " + assistant.getToolCalls().size()
                            + " calls, but this model's chat template knows no tools",
                    "Leave messages with tool calls out of the conversation");
        }
        if (message instanceof ToolResponseMessage tools) {
            tools.getResponses()
                    .forEach(response -> to.add(new ChatMessage(ChatMessage.Role.TOOL, response.responseData())));
            return;
        }
        String text = message.getText();
        to.add(new ChatMessage(role(message), text == null ? "" : text));
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
