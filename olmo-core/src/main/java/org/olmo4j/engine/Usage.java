package org.olmo4j.engine;

/**
 * Tokens of a generation.
 *
 * @param promptTokens of the prompt, as encoded
 * @param cachedPromptTokens of these, found in the prefix cache
 * @param completionTokens generated, the stop token included
 */
public record Usage(int promptTokens, int cachedPromptTokens, int completionTokens) {

    /** Before anything was encoded. */
    public static final Usage NONE = new Usage(0, 0, 0);

    /**
     * Prompt and completion.
     *
     * @return their sum
     */
    public int totalTokens() {
        return promptTokens + completionTokens;
    }
}
