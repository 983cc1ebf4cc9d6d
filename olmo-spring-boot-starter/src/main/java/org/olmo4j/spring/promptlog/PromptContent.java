package org.olmo4j.spring.promptlog;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The text of a generation, encrypted. What a nonce is and where it lies is the business of the encryption; here both are bytes.
 *
 * @param prompt the prompt; null if it is not kept
 * @param answer the answer; null if there is none, or not yet
 * @param keyId of the key that opens both
 */
public record PromptContent(byte @Nullable [] prompt, byte @Nullable [] answer, UUID keyId) {

    /** Names the prompt to the encryption. */
    public static final String PROMPT = "prompt";

    /** Names the answer to the encryption. */
    public static final String ANSWER = "answer";

    int bytes() {
        return (prompt == null ? 0 : prompt.length) + (answer == null ? 0 : answer.length);
    }
}
