package org.olmo4j.spring.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import org.olmo4j.Olmo;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.spring.chat.OlmoChatModel;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.util.StringUtils;

/**
 * Loads the model of {@code olmo.model} and offers it as a {@link ChatModel}. Backs off if no model is named, if
 * {@code spring.ai.model.chat} names another provider, and, bean by bean, where the application has its own.
 */
@AutoConfiguration(
        beforeName = "org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration",
        // After the chat models that Spring AI itself configures, so that ours is not a second one beside theirs.
        afterName = {
            "org.springframework.ai.model.anthropic.autoconfigure.AnthropicChatAutoConfiguration",
            "org.springframework.ai.model.bedrock.converse.autoconfigure.BedrockConverseProxyChatAutoConfiguration",
            "org.springframework.ai.model.deepseek.autoconfigure.DeepSeekChatAutoConfiguration",
            "org.springframework.ai.model.google.genai.autoconfigure.chat.GoogleGenAiChatAutoConfiguration",
            "org.springframework.ai.model.mistralai.autoconfigure.MistralAiChatAutoConfiguration",
            "org.springframework.ai.model.ollama.autoconfigure.OllamaChatAutoConfiguration",
            "org.springframework.ai.model.openai.autoconfigure.OpenAiChatAutoConfiguration"
        })
@Conditional(ModelConfiguredCondition.class)
@ConditionalOnProperty(
        name = SpringAIModelProperties.CHAT_MODEL,
        havingValue = OlmoChatModel.PROVIDER,
        matchIfMissing = true)
@EnableConfigurationProperties(OlmoProperties.class)
public final class OlmoAutoConfiguration {

    OlmoAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean({Olmo.class, Engine.class})
    Olmo olmo(OlmoProperties properties, ObjectProvider<GenerationListener> listeners) {
        String location = properties.model();
        if (location == null) {
            throw new InvalidConfigurationPropertyValueException("olmo.model", null, "It is not set.");
        }
        if (!StringUtils.hasText(properties.backend())) {
            throw new InvalidConfigurationPropertyValueException(
                    "olmo.backend", properties.backend(), "It is empty. Name a backend, or leave it out.");
        }
        // Before the load, which takes long: a bad option is to be told at once.
        properties.chat().options();
        Olmo.Builder olmo = Olmo.builder(location)
                .backend(properties.backend())
                .loadOptions(properties.engine().loadOptions())
                .engineOptions(properties.engine().options());
        listeners.orderedStream().forEach(olmo::listener);
        return olmo.load();
    }

    /** Closed by the model that it belongs to. */
    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    Engine olmoEngine(Olmo olmo) {
        return olmo.engine();
    }

    @Bean
    LivenessListener olmoLivenessListener(ApplicationContext context) {
        return new LivenessListener(context);
    }

    @Bean
    @ConditionalOnMissingBean(ChatModel.class)
    OlmoChatModel olmoChatModel(
            OlmoProperties properties,
            Engine engine,
            ObjectProvider<ObservationRegistry> observationRegistry,
            ObjectProvider<ChatModelObservationConvention> observationConvention) {
        OlmoChatModel.Builder model = OlmoChatModel.builder(engine, properties.publicName())
                .options(properties.chat().options())
                .observationRegistry(observationRegistry.getIfUnique(() -> ObservationRegistry.NOOP));
        observationConvention.ifAvailable(model::observationConvention);
        return model.build();
    }
}
