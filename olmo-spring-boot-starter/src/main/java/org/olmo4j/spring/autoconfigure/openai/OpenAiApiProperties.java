package org.olmo4j.spring.autoconfigure.openai;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * Properties of the OpenAI-compatible API, checked when they are bound.
 *
 * @param enabled Whether the application answers chat completions, completions and models in OpenAI's form.
 * @param basePath Path under which the API is served.
 * @param maxBodySize Longest request body that is read.
 * @param maxPrompts Most prompts in one completions request.
 * @param heartbeatInterval Time after which a silent stream gets a comment, which also shows whether its client is still there.
 */
@ConfigurationProperties("olmo.openai")
public record OpenAiApiProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("/v1") String basePath,
        @DefaultValue("4MB") DataSize maxBodySize,
        @DefaultValue("128") int maxPrompts,
        @DefaultValue("1s") Duration heartbeatInterval) {

    /** Checks ranges, so that a start-up error names the key. */
    public OpenAiApiProperties {
        long bytes = maxBodySize.toBytes();
        require(bytes >= 1 && bytes < Integer.MAX_VALUE, "max-body-size", maxBodySize, "1B to less than 2GB");
        require(maxPrompts >= 1, "max-prompts", maxPrompts, "1 or more");
        require(heartbeatInterval.isPositive(), "heartbeat-interval", heartbeatInterval, "a positive duration");
    }

    private static void require(boolean condition, String key, Object value, String range) {
        if (!condition) {
            throw new InvalidConfigurationPropertyValueException(
                    "olmo.openai." + key, value, "Allowed: " + range + ".");
        }
    }
}
