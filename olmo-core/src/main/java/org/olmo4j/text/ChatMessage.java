package org.olmo4j.text;

import java.util.List;

/**
 * One message of a conversation.
 *
 * @param role who speaks
 * @param content what is said, as it is: special tokens in it stay plain text
 * @param toolCalls what the model asks for beside its words; only of the assistant's messages
 */
public record ChatMessage(Role role, String content, List<ToolCall> toolCalls) {

    /** Copies the list. */
    public ChatMessage {
        toolCalls = List.copyOf(toolCalls);
    }

    /**
     * A message without calls.
     *
     * @param role who speaks
     * @param content what is said
     */
    public ChatMessage(Role role, String content) {
        this(role, content, List.of());
    }

    /** Who speaks. */
    public enum Role {
        /** Instructions to the model. */
        SYSTEM,
        /** The person. */
        USER,
        /** The model. */
        ASSISTANT,
        /** The result of a tool call; OLMo templates call it {@code environment} or {@code tool}. */
        TOOL
    }
}
