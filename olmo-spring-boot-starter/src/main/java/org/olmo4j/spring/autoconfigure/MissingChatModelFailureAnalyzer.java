package org.olmo4j.spring.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.chat.OlmoChatModel;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Explains that there is no {@link ChatModel} because no model is named. Silent if setting {@code olmo.model} would not help: another provider
 * is asked for, or there is a chat model and the injection point wants a different one.
 */
// Before Boot's analyzer of missing beans, which is not ordered, and takes all.
@Order(0)
final class MissingChatModelFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

    private final BeanFactory beans;
    private final Environment environment;

    MissingChatModelFailureAnalyzer(BeanFactory beans, Environment environment) {
        this.beans = beans;
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, NoSuchBeanDefinitionException cause, @Nullable String injectionPoint) {
        Class<?> type = cause.getBeanType();
        if (type == null
                || cause instanceof NoUniqueBeanDefinitionException
                || !isServedByOlmo(type)
                || ModelConfiguredCondition.isModelNamed(environment)
                || hasChatModel()) {
            return null;
        }
        return new FailureAnalysis(
                String.format(
                        "%s required a bean of type '%s' that could not be found.%n%nThe OLMo starter is on the class"
                                + " path, but %s is not set, so it offers no chat model.",
                        injectionPoint == null ? "A component" : injectionPoint,
                        type.getName(),
                        ModelConfiguredCondition.KEY),
                "Set " + ModelConfiguredCondition.KEY + " to a folder with config.json, or to a classpath: location"
                        + " with it; or add another provider's starter and name it by "
                        + SpringAIModelProperties.CHAT_MODEL + ".",
                cause);
    }

    private boolean isServedByOlmo(Class<?> type) {
        return ChatModel.class.isAssignableFrom(type)
                && type.isAssignableFrom(OlmoChatModel.class)
                && OlmoChatModel.PROVIDER.equals(
                        environment.getProperty(SpringAIModelProperties.CHAT_MODEL, OlmoChatModel.PROVIDER));
    }

    private boolean hasChatModel() {
        return beans instanceof ListableBeanFactory listable
                && BeanFactoryUtils.beanNamesForTypeIncludingAncestors(listable, ChatModel.class, true, false).length
                        > 0;
    }
}
