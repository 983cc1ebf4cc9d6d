package org.olmo4j.engine;

import java.util.List;
import org.olmo4j.text.ChatMessage;
import org.olmo4j.text.ToolDefinition;

/** What a generation continues. */
public sealed interface Prompt {

    /**
     * A conversation, rendered by the model's chat template.
     *
     * @param messages at least one
     * @param tools that the model may call; it answers with calls in its text, which {@link org.olmo4j.text.ToolCallReader} reads
     */
    record Chat(List<ChatMessage> messages, List<ToolDefinition> tools) implements Prompt {

        /** Copies the lists. */
        public Chat {
            messages = List.copyOf(messages);
            tools = List.copyOf(tools);
        }

        /**
         * A conversation without tools.
         *
         * @param messages at least one
         */
        public Chat(List<ChatMessage> messages) {
            this(messages, List.of());
        }
    }

    /**
     * Plain text; special tokens in it are plain text too. Empty text becomes the end-of-text token alone.
     *
     * @param text any text
     */
    record Text(String text) implements Prompt {}

    /**
     * Token ids as they are; needs no tokenizer.
     *
     * @param ids each within the vocabulary, at least one
     */
    record Tokens(int[] ids) implements Prompt {

        /** Copies the array. */
        public Tokens {
            ids = ids.clone();
        }

        /**
         * How many there are.
         *
         * @return 0 or more
         */
        public int count() {
            return ids.length;
        }

        /**
         * The ids.
         *
         * @return a copy
         */
        @Override
        public int[] ids() {
            return ids.clone();
        }
    }
}
