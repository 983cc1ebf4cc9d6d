package org.olmo4j.spring.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.text.ChatMessage;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.content.MediaContent;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;

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
        if (given instanceof StructuredOutputChatOptions structured && structured.getOutputSchema() != null) {
            throw new InvalidRequestException(
                    "outputSchema",
                    "The option outputSchema is set, but this model cannot be held to a schema",
                    "Leave it out: ChatClient.entity() then describes the form in the prompt");
        }
        OlmoChatOptions options = OlmoChatOptions.of(given);
        refuseTools(options);
        GenerationRequest.Builder request = GenerationRequest.builder(new Prompt.Chat(chatMessages(messages)))
                .sampling(sampling(options))
                .ignoreEndOfText(Boolean.TRUE.equals(options.getIgnoreEndOfText()))
                .user(options.getUser());
        ifSet(options.getStopSequences(), request::stopStrings);
        ifSet(options.getMaxTokens(), request::maxTokens);
        ifSet(options.getSeed(), request::seed);
        ifSet(options.getLogProbabilities(), request::topLogProbabilities);
        return request.build();
    }

    private static <T> void ifSet(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
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

    /** The model's own settings with the options over them; null if no option is set. */
    private @Nullable SamplingOptions sampling(OlmoChatOptions options) {
        boolean nothingSet = Stream.of(
                        options.getTemperature(),
                        options.getTopK(),
                        options.getTopP(),
                        options.getMinP(),
                        options.getRepetitionPenalty(),
                        options.getFrequencyPenalty(),
                        options.getPresencePenalty(),
                        options.getLogitBias())
                .allMatch(value -> value == null);
        if (nothingSet) {
            return null;
        }
        SamplingOptions defaults = engine.defaultSampling();
        return new SamplingOptions(
                or(options.getTemperature(), defaults.temperature()),
                options.getTopK() == null ? defaults.topK() : options.getTopK(),
                or(options.getTopP(), defaults.topP()),
                or(options.getMinP(), defaults.minP()),
                or(options.getRepetitionPenalty(), defaults.repetitionPenalty()),
                or(options.getFrequencyPenalty(), defaults.frequencyPenalty()),
                or(options.getPresencePenalty(), defaults.presencePenalty()),
                options.getLogitBias() == null ? defaults.logitBias() : Map.copyOf(options.getLogitBias()));
    }

    private static double or(@Nullable Double value, double otherwise) {
        return value == null ? otherwise : value;
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
