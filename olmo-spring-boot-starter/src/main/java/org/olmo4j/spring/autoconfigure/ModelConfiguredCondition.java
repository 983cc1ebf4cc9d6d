package org.olmo4j.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches if {@code olmo.model} or {@code olmo.models} names a model; an empty value, as from an unset environment variable, counts as none.
 */
public final class ModelConfiguredCondition extends SpringBootCondition {

    static final String KEY = "olmo.model";

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("OLMo model");
        return isModelNamed(context.getEnvironment())
                ? ConditionOutcome.match(message.foundExactly("a model"))
                : ConditionOutcome.noMatch(message.because("neither " + KEY + " nor olmo.models is set"));
    }

    static boolean isModelNamed(Environment environment) {
        return StringUtils.hasText(environment.getProperty(KEY))
                || !NamedModelsRegistrar.keys(environment).isEmpty();
    }
}
