package org.olmo4j.spring.promptlog.document;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Prompt;
import org.olmo4j.engine.ReplayKey;
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
 * @param stopStrings that would end the answer; null if there were none
 * @param replayKey all that decided the tokens of the answer, see {@link ReplayKey}; null if it came to none, and where the texts are redacted
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PromptDocument(
        @Nullable List<Message> messages,
        @Nullable List<Tool> tools,
        @Nullable String text,
        @Nullable List<Integer> tokenIds,
        @Nullable String jsonSchema,
        @Nullable List<String> stopStrings,
        @Nullable String replayKey) {

    /** Copies the lists. */
    public PromptDocument {
        messages = copy(messages);
        tools = copy(tools);
        tokenIds = copy(tokenIds);
        stopStrings = copy(stopStrings);
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
            String role, String content, @Nullable List<Call> toolCalls) {

        private Message mapped(UnaryOperator<String> text, UnaryOperator<String> json) {
            return new Message(
                    role,
                    text.apply(content),
                    toolCalls == null
                            ? null
                            : map(toolCalls, call -> new Call(text.apply(call.name()), json.apply(call.arguments()))));
        }
    }

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
    public record Tool(String name, String description, String parameters) {

        private Tool mapped(UnaryOperator<String> text, UnaryOperator<String> json) {
            return new Tool(text.apply(name), text.apply(description), json.apply(parameters));
        }
    }

    /**
     * Of a request.
     *
     * @param request what was asked
     * @param key what decided the answer, if it came to that
     * @return all of both that is text
     */
    public static PromptDocument of(GenerationRequest request, Optional<ReplayKey> key) {
        Prompt prompt = request.prompt();
        return new PromptDocument(
                prompt instanceof Prompt.Chat chat ? map(chat.messages(), PromptDocument::message) : null,
                prompt instanceof Prompt.Chat chat ? unlessEmpty(map(chat.tools(), PromptDocument::tool)) : null,
                prompt instanceof Prompt.Text plain ? plain.text() : null,
                prompt instanceof Prompt.Tokens tokens
                        ? IntStream.of(tokens.ids()).boxed().toList()
                        : null,
                request.jsonSchema().map(JsonSchema::text).orElse(null),
                unlessEmpty(request.stopStrings()),
                key.map(ReplayKey::toString).orElse(null));
    }

    private static <T> @Nullable List<T> unlessEmpty(List<T> list) {
        return list.isEmpty() ? null : list;
    }

    private static <T, R> List<R> map(List<T> list, Function<T, R> mapping) {
        return list.stream().map(mapping).toList();
    }

    private static Tool tool(ToolDefinition tool) {
        return new Tool(tool.name(), tool.description(), tool.parameters());
    }

    private static Message message(ChatMessage message) {
        return new Message(
                Roles.name(message.role()),
                message.content(),
                unlessEmpty(map(message.toolCalls(), call -> new Call(call.name(), call.arguments()))));
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
     * The same with every text of it mapped, also names and descriptions of tools, schemas, and stop strings. What is JSON is mapped without needless
     * escapes, behind which something could hide.
     *
     * @param mapping of each text
     * @return without token ids and replay key, which are text too, but cannot be mapped
     */
    public PromptDocument mapped(UnaryOperator<String> mapping) {
        UnaryOperator<String> json = text -> mapping.apply(JsonText.plain(text));
        return new PromptDocument(
                messages == null ? null : map(messages, message -> message.mapped(mapping, json)),
                tools == null ? null : map(tools, tool -> tool.mapped(mapping, json)),
                text == null ? null : mapping.apply(text),
                null,
                jsonSchema == null ? null : json.apply(jsonSchema),
                stopStrings == null ? null : map(stopStrings, mapping),
                null);
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
