package org.olmo4j.spring.autoconfigure.openai;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.spring.openai.OpenAiApiOptions;
import org.olmo4j.text.ToolFallback;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * Properties of the OpenAI-compatible API.
 *
 * @param enabled Whether the application answers chat completions, completions and models in OpenAI's form.
 * @param basePath Path under which the API is served.
 * @param maxBodySize Longest request body that is read, up to 1 GB.
 * @param maxPrompts Most prompts in one completions request, at least 1.
 * @param maxChoices Most answers that are sampled for one prompt, at least 1.
 * @param heartbeatInterval Time after which a silent stream gets a comment, which also shows whether its client is still there. At least 10 ms.
 * @param toolFallback Treatment of tools where the model's chat template knows none.
 */
@ConfigurationProperties("olmo.openai")
public record OpenAiApiProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("/v1") String basePath,
        @DefaultValue("4MB") DataSize maxBodySize,
        @DefaultValue("128") int maxPrompts,
        @DefaultValue("8") int maxChoices,
        @DefaultValue("1s") Duration heartbeatInterval,
        @DefaultValue("refuse") ToolFallback toolFallback) {

    private static final Map<String, String> KEYS = Map.of(
            "maxBodyBytes",
            "olmo.openai.max-body-size",
            "maxPrompts",
            "olmo.openai.max-prompts",
            "maxChoices",
            "olmo.openai.max-choices",
            "heartbeatInterval",
            "olmo.openai.heartbeat-interval");

    /**
     * The options.
     *
     * @return checked options
     * @throws InvalidConfigurationPropertyValueException naming the key out of its range
     */
    OpenAiApiOptions options() {
        try {
            return new OpenAiApiOptions(
                    Math.clamp(maxBodySize.toBytes(), 0, Integer.MAX_VALUE),
                    maxPrompts,
                    maxChoices,
                    heartbeatInterval,
                    toolFallback);
        } catch (InvalidRequestException e) {
            String key = Objects.requireNonNull(KEYS.get(e.parameter()), e.parameter());
            throw new InvalidConfigurationPropertyValueException(key, null, e.hint() + ".", e);
        }
    }
}
