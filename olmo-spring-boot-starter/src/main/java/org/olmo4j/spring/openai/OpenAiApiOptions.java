package org.olmo4j.spring.openai;

import java.time.Duration;

/**
 * How the API presents the model and what it bounds.
 *
 * @param modelName public name of the model, never a path
 * @param maxBodyBytes longest request body, at least 1
 * @param maxPrompts most prompts of one completions request, at least 1
 * @param heartbeatInterval after how long a silent stream gets a comment
 */
public record OpenAiApiOptions(String modelName, int maxBodyBytes, int maxPrompts, Duration heartbeatInterval) {

    /** Checks ranges. */
    public OpenAiApiOptions {
        require(!modelName.isBlank(), "The model's name is blank");
        require(maxBodyBytes >= 1, "The longest body is " + maxBodyBytes + " bytes; allowed: 1 or more");
        require(maxPrompts >= 1, "The most prompts are " + maxPrompts + "; allowed: 1 or more");
        require(
                heartbeatInterval.isPositive(),
                "The heartbeat interval is " + heartbeatInterval + "; allowed: a positive duration");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
