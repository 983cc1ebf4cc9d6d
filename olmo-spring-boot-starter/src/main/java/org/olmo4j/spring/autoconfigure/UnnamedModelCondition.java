package org.olmo4j.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Matches if {@code olmo.model} names a model, and not only {@code olmo.models}. */
final class UnnamedModelCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("OLMo model without a name");
        return StringUtils.hasText(context.getEnvironment().getProperty(ModelConfiguredCondition.KEY))
                ? ConditionOutcome.match(message.foundExactly(ModelConfiguredCondition.KEY))
                : ConditionOutcome.noMatch(message.because(ModelConfiguredCondition.KEY + " is not set"));
    }
}
