package org.olmo4j.spring.autoconfigure;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.spring.chat.OlmoChatModel;
import org.olmo4j.spring.host.HostedModel;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.StringUtils;

/**
 * For each model of {@code olmo.models}, with its key as their qualifier: a {@link HostedModel}, its {@link Engine} and a {@link ChatModel}.
 * Where an engine or a chat model is asked for without a qualifier, only those of the primary model are candidates, and they only if there
 * are no others.
 */
final class NamedModelsRegistrar implements ImportBeanDefinitionRegistrar {

    static final String HOSTING = "olmoModelHosting";
    static final String HOSTED_MODEL_SUFFIX = "HostedModel";

    private final Environment environment;

    NamedModelsRegistrar(Environment environment) {
        this.environment = environment;
    }

    /** The keys of the models that are configured. */
    static List<String> keys(Environment environment) {
        return List.copyOf(Binder.get(environment)
                .bind("olmo.models", Bindable.mapOf(String.class, Object.class))
                .orElse(Map.of())
                .keySet());
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
        List<String> keys = keys(environment);
        String primary = primary(keys);
        ListableBeanFactory beans = (ListableBeanFactory) registry;
        boolean chatModels = exists(ChatModel.class, beans);
        boolean engines = exists(Engine.class, beans);
        for (String key : keys) {
            boolean isPrimary = key.equals(primary);
            register(key, isPrimary && !engines, isPrimary && !chatModels, registry);
        }
    }

    private @Nullable String primary(List<String> keys) {
        if (StringUtils.hasText(environment.getProperty(ModelConfiguredCondition.KEY))) {
            return null;
        }
        return keys.size() == 1 ? keys.getFirst() : environment.getProperty("olmo.primary");
    }

    private static boolean exists(Class<?> type, ListableBeanFactory beans) {
        return beans.getBeanNamesForType(type, true, false).length > 0;
    }

    private static void register(
            String key, boolean defaultEngine, boolean defaultChatModel, BeanDefinitionRegistry registry) {
        String hosted = key + HOSTED_MODEL_SUFFIX;
        RootBeanDefinition model = definition(key, HostedModel.class, HOSTING, "named");
        model.getConstructorArgumentValues().addGenericArgumentValue(key);
        registry.registerBeanDefinition(hosted, model);

        RootBeanDefinition engine = definition(key, Engine.class, hosted, "engine");
        engine.setDefaultCandidate(defaultEngine);
        registry.registerBeanDefinition(key + "Engine", engine);

        RootBeanDefinition chatModel = definition(key, OlmoChatModel.class, HOSTING, "namedChatModel");
        chatModel.getConstructorArgumentValues().addIndexedArgumentValue(0, key);
        chatModel.getConstructorArgumentValues().addIndexedArgumentValue(1, new RuntimeBeanReference(hosted));
        chatModel.setDefaultCandidate(defaultChatModel);
        registry.registerBeanDefinition(key + "ChatModel", chatModel);
    }

    private static RootBeanDefinition definition(String key, Class<?> type, String factoryBean, String factoryMethod) {
        RootBeanDefinition definition = new RootBeanDefinition();
        definition.setTargetType(type);
        definition.setFactoryBeanName(factoryBean);
        definition.setFactoryMethodName(factoryMethod);
        definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, key));
        return definition;
    }
}
