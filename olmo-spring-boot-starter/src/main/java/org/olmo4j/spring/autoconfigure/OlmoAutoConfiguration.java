package org.olmo4j.spring.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import org.olmo4j.Olmo;
import org.olmo4j.backend.Backends;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.spring.chat.OlmoChatModel;
import org.olmo4j.spring.host.DeviceBreakers;
import org.olmo4j.spring.host.DrainOnShutdown;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.host.ModelListenerFactory;
import org.olmo4j.spring.host.RequestGate;
import org.olmo4j.spring.origin.RequestOrigins;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * Hosts the model of {@code olmo.model}, and those of {@code olmo.models}, and offers each as a {@link ChatModel}. Backs off if no model is named, if
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
@Import(NamedModelsRegistrar.class)
public final class OlmoAutoConfiguration {

    OlmoAutoConfiguration() {}

    @Bean(NamedModelsRegistrar.HOSTING)
    @ConditionalOnMissingBean
    ModelHosting olmoModelHosting(
            OlmoProperties properties,
            ObjectProvider<GenerationListener> listeners,
            ObjectProvider<ModelListenerFactory> listenerFactories,
            ObjectProvider<RequestGate> gates,
            ObjectProvider<FootprintAccounting> footprints,
            ObjectProvider<DeviceBreakers> breakers,
            ObjectProvider<Backends> backends,
            ObjectProvider<RequestOrigins> origins,
            ObjectProvider<ObservationRegistry> observationRegistry,
            ObjectProvider<ChatModelObservationConvention> observationConvention) {
        return new ModelHosting(
                properties,
                listeners,
                listenerFactories,
                gates,
                footprints,
                breakers,
                backends,
                origins,
                observationRegistry,
                observationConvention);
    }

    @Bean
    @ConditionalOnMissingBean(name = "olmoLivenessListener")
    LivenessListener olmoLivenessListener(ApplicationContext context) {
        return new LivenessListener(context);
    }

    @Bean
    @ConditionalOnMissingBean
    DrainOnShutdown olmoDrainOnShutdown(ObjectProvider<HostedModel> models) {
        return new DrainOnShutdown(models.orderedStream().toList());
    }

    /** The model of {@code olmo.model}. */
    @Configuration(proxyBeanMethods = false)
    @Conditional(UnnamedModelCondition.class)
    static class UnnamedModelConfiguration {

        @Bean("olmoHostedModel")
        @ConditionalOnSingleCandidate(Olmo.class)
        @ConditionalOnMissingBean(HostedModel.class)
        HostedModel hostedModelOfTheApplicationsOlmo(ModelHosting hosting, Olmo olmo) {
            return hosting.ofTheApplication(olmo);
        }

        @Bean("olmoHostedModel")
        @ConditionalOnSingleCandidate(Engine.class)
        @ConditionalOnMissingBean({HostedModel.class, Olmo.class})
        HostedModel hostedModelOfTheApplicationsEngine(ModelHosting hosting, Engine engine) {
            return hosting.ofTheApplication(engine);
        }

        @Bean
        @ConditionalOnMissingBean({HostedModel.class, Olmo.class, Engine.class})
        HostedModel olmoHostedModel(ModelHosting hosting) {
            return hosting.unnamed();
        }

        /** Closed by the model that it belongs to. */
        @Bean(destroyMethod = "")
        @ConditionalOnMissingBean
        @ConditionalOnBean(name = "olmoHostedModel")
        Engine olmoEngine(@Qualifier("olmoHostedModel") HostedModel model) {
            return model.engine();
        }

        @Bean
        @ConditionalOnMissingBean(ChatModel.class)
        @ConditionalOnSingleCandidate(Engine.class)
        OlmoChatModel olmoChatModel(ModelHosting hosting, Engine engine) {
            return hosting.unnamedChatModel(engine);
        }
    }
}
