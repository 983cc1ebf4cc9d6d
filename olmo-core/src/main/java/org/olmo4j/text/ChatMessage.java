package org.olmo4j.text;

/**
 * One message of a conversation.
 *
 * @param role who speaks
 * @param content what is said, as it is: special tokens in it stay plain text
 */
public record ChatMessage(Role role, String content) {

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
