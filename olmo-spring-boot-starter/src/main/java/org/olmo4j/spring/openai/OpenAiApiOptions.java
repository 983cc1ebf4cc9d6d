package org.olmo4j.spring.openai;

import java.time.Duration;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.text.ToolFallback;

/**
 * What the API bounds.
 *
 * @param maxBodyBytes longest request body, 1 to 1 GiB
 * @param maxPrompts most prompts of one completions request, at least 1
 * @param maxChoices most answers that are sampled for one prompt, at least 1
 * @param heartbeatInterval after how long a silent stream gets a comment, at least 10 ms
 * @param toolFallback what becomes of tools where the model's chat template knows none
 */
public record OpenAiApiOptions(
        int maxBodyBytes, int maxPrompts, int maxChoices, Duration heartbeatInterval, ToolFallback toolFallback) {

    private static final int GIBIBYTE = 1 << 30;
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);

    /**
     * Checks ranges.
     *
     * @throws InvalidRequestException naming the component out of its range
     */
    public OpenAiApiOptions {
        require(maxBodyBytes >= 1 && maxBodyBytes <= GIBIBYTE, "maxBodyBytes", maxBodyBytes, "1 to " + GIBIBYTE);
        require(maxPrompts >= 1, "maxPrompts", maxPrompts, "1 or more");
        require(maxChoices >= 1, "maxChoices", maxChoices, "1 or more");
        require(
                heartbeatInterval.compareTo(SHORTEST_INTERVAL) >= 0,
                "heartbeatInterval",
                heartbeatInterval,
                SHORTEST_INTERVAL.toMillis() + " ms or more");
    }

    private static void require(boolean condition, String parameter, Object value, String range) {
        if (!condition) {
            throw new InvalidRequestException(parameter, parameter + " is " + value, "Allowed: " + range);
        }
    }
}
