package org.olmo4j.spring.chat;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;

/**
 * Spring AI's names, and on spans {@code gen_ai.provider.name} beside {@code gen_ai.system}, which OpenTelemetry has replaced by it. Not on
 * meters: those of the host's other models have the same names, and meters of one name must have the same tags.
 */
public class OlmoChatModelObservationConvention extends DefaultChatModelObservationConvention {

    private static final String PROVIDER_NAME = "gen_ai.provider.name";

    /** Makes the convention. */
    public OlmoChatModelObservationConvention() {}

    @Override
    public KeyValues getHighCardinalityKeyValues(ChatModelObservationContext context) {
        return super.getHighCardinalityKeyValues(context)
                .and(KeyValue.of(PROVIDER_NAME, context.getOperationMetadata().provider()));
    }
}
