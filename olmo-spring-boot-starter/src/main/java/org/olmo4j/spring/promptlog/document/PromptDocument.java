package org.olmo4j.spring.promptlog.document;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.Prompt;
import org.olmo4j.text.ChatMessage;
import org.olmo4j.text.ToolCall;
import org.olmo4j.text.ToolDefinition;

/**
 * What was asked. It has messages, or a text, or token ids.
 *
 * @param messages of a conversation
 * @param tools that the model might call
 * @param text plain text
 * @param tokenIds of a prompt that came encoded
 * @param jsonSchema that the answer was held to
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PromptDocument(
        @Nullable List<Message> messages,
        @Nullable List<Tool> tools,
        @Nullable String text,
        @Nullable List<Integer> tokenIds,
        @Nullable String jsonSchema) {

    /** Copies the lists. */
    public PromptDocument {
        messages = copy(messages);
        tools = copy(tools);
        tokenIds = copy(tokenIds);
    }

    private static <T> @Nullable List<T> copy(@Nullable List<T> list) {
        return list == null ? null : List.copyOf(list);
    }

    /**
     * One message.
     *
     * @param role in small letters
     * @param content what is said
     * @param toolCalls what the model asked for beside its words; null if nothing
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Message(
            String role, String content, @Nullable List<Call> toolCalls) {}

    /**
     * A call of a tool.
     *
     * @param name of the tool
     * @param arguments as JSON
     */
    public record Call(String name, String arguments) {}

    /**
     * A tool.
     *
     * @param name of the tool
     * @param description what it does
     * @param parameters JSON schema of its arguments
     */
    public record Tool(String name, String description, String parameters) {}

    /**
     * Of a request.
     *
     * @param prompt what it continues
     * @param schema that its answer is held to
     * @return all of both
     */
    public static PromptDocument of(Prompt prompt, Optional<JsonSchema> schema) {
        String json = schema.map(JsonSchema::text).orElse(null);
        return switch (prompt) {
            case Prompt.Chat chat ->
                new PromptDocument(
                        chat.messages().stream().map(PromptDocument::message).toList(),
                        chat.tools().isEmpty()
                                ? null
                                : chat.tools().stream()
                                        .map(tool -> new Tool(tool.name(), tool.description(), tool.parameters()))
                                        .toList(),
                        null,
                        null,
                        json);
            case Prompt.Text plain -> new PromptDocument(null, null, plain.text(), null, json);
            case Prompt.Tokens tokens ->
                new PromptDocument(
                        null, null, null, IntStream.of(tokens.ids()).boxed().toList(), json);
        };
    }

    private static Message message(ChatMessage message) {
        return new Message(
                Roles.name(message.role()),
                message.content(),
                message.toolCalls().isEmpty()
                        ? null
                        : message.toolCalls().stream()
                                .map(call -> new Call(call.name(), call.arguments()))
                                .toList());
    }

    /**
     * The prompt, to ask it again.
     *
     * @return as it was asked
     */
    public Prompt toPrompt() {
        if (messages != null) {
            return new Prompt.Chat(
                    messages.stream().map(PromptDocument::message).toList(),
                    Objects.requireNonNullElse(tools, List.<Tool>of()).stream()
                            .map(tool -> new ToolDefinition(tool.name(), tool.description(), tool.parameters()))
                            .toList());
        }
        if (tokenIds != null) {
            return new Prompt.Tokens(
                    tokenIds.stream().mapToInt(Integer::intValue).toArray());
        }
        return new Prompt.Text(Objects.requireNonNullElse(text, ""));
    }

    private static ChatMessage message(Message message) {
        return new ChatMessage(
                Roles.role(message.role()),
                message.content(),
                Objects.requireNonNullElse(message.toolCalls(), List.<Call>of()).stream()
                        .map(call -> new ToolCall(call.name(), call.arguments()))
                        .toList());
    }

    /**
     * The same with every text of it mapped. Descriptions of tools and the schema are the application's own words, and stay.
     *
     * @param mapping of each text
     * @return without token ids, which are text too, but cannot be mapped
     */
    public PromptDocument mapped(UnaryOperator<String> mapping) {
        return new PromptDocument(
                messages == null
                        ? null
                        : messages.stream()
                                .map(message -> new Message(
                                        message.role(),
                                        mapping.apply(message.content()),
                                        message.toolCalls() == null
                                                ? null
                                                : message.toolCalls().stream()
                                                        .map(call ->
                                                                new Call(call.name(), mapping.apply(call.arguments())))
                                                        .toList()))
                                .toList(),
                tools,
                text == null ? null : mapping.apply(text),
                null,
                jsonSchema);
    }

    /**
     * All that was said, to look for something in it.
     *
     * @return messages, arguments of calls and text
     */
    public Stream<String> texts() {
        Stream<String> said = messages == null
                ? Stream.empty()
                : messages.stream()
                        .flatMap(message -> Stream.concat(
                                Stream.of(message.content()),
                                Objects.requireNonNullElse(message.toolCalls(), List.<Call>of()).stream()
                                        .map(Call::arguments)));
        return Stream.concat(said, Stream.ofNullable(text));
    }
}
