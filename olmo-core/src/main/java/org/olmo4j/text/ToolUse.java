package org.olmo4j.text;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How tools are offered to a model, and how its answer is read. Immutable.
 *
 * <p>Models whose chat template knows tools were trained on its form. For others, and where a call is required, they are described in the system
 * message; the answer is then one JSON object, {@code {"calls": [{"tool": name, "arguments": {...}}, ...]}} or {@code {"answer": text}}.
 */
public final class ToolUse {

    /** How many calls one answer may have where it is held to their form: a model that was not trained on tools may find no end. */
    public static final int MAX_CALLS = 4;

    private final List<ChatMessage> messages;
    private final List<ToolDefinition> tools;
    private final List<ToolDefinition> described;
    private final Optional<String> answerSchema;
    private final Supplier<AnswerReader> readers;

    private ToolUse(
            List<ChatMessage> messages,
            List<ToolDefinition> tools,
            List<ToolDefinition> described,
            Optional<String> answerSchema,
            Supplier<AnswerReader> readers) {
        this.messages = List.copyOf(messages);
        this.tools = List.copyOf(tools);
        this.described = List.copyOf(described);
        this.answerSchema = answerSchema;
        this.readers = readers;
    }

    /**
     * By the chat template, in whose form calls are written.
     *
     * @param messages of the conversation
     * @param tools that may be called; may be empty
     * @return with both as they are
     */
    public static ToolUse byTemplate(List<ChatMessage> messages, List<ToolDefinition> tools) {
        Supplier<AnswerReader> readers = tools.isEmpty() ? PlainReader::new : ToolCallReader::new;
        return new ToolUse(messages, tools, List.of(), Optional.empty(), readers);
    }

    /**
     * In the system message, whatever the chat template knows.
     *
     * @param messages of the conversation; earlier calls and their results become text
     * @param tools that may be called; may be empty
     * @param required whether one of them must be
     * @param maxCalls most calls of one answer, 1 to {@link #MAX_CALLS}
     * @return with the messages that the model is to see, and without tools
     */
    public static ToolUse described(
            List<ChatMessage> messages, List<ToolDefinition> tools, boolean required, int maxCalls) {
        DescribedTools described = new DescribedTools(List.copyOf(tools), required, maxCalls);
        List<ChatMessage> conversation = described.conversation(messages);
        return tools.isEmpty()
                ? byTemplate(conversation, tools)
                : new ToolUse(
                        conversation,
                        List.of(),
                        tools,
                        Optional.of(described.answerSchema()),
                        DescribedCallReader::new);
    }

    /**
     * What the model is to see.
     *
     * @return the conversation
     */
    public List<ChatMessage> messages() {
        return messages;
    }

    /**
     * What the chat template is to render.
     *
     * @return definitions; empty if they are described in the messages
     */
    public List<ToolDefinition> tools() {
        return tools;
    }

    /**
     * The tools that are described in the messages.
     *
     * @return definitions; empty if the chat template renders them
     */
    public List<ToolDefinition> described() {
        return described;
    }

    /**
     * What the answer has to be held to, so that it can be read.
     *
     * @return a JSON schema; empty if any text can be
     */
    public Optional<String> answerSchema() {
        return answerSchema;
    }

    /**
     * Starts to read an answer.
     *
     * @return a new reader
     */
    public AnswerReader reader() {
        return readers.get();
    }
}
