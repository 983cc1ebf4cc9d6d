package org.olmo4j.spring.autoconfigure.openai;

import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import org.olmo4j.engine.Engine;
import org.olmo4j.spring.autoconfigure.OlmoAutoConfiguration;
import org.olmo4j.spring.autoconfigure.OlmoProperties;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.openai.OpenAiApi;
import org.olmo4j.spring.openai.OpenAiMvcController;
import org.olmo4j.spring.openai.OpenAiMvcErrors;
import org.olmo4j.spring.openai.OpenAiWebFluxController;
import org.olmo4j.spring.openai.OpenAiWebFluxErrors;
import org.olmo4j.spring.openai.ServedModel;
import org.olmo4j.spring.origin.TraceIds;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Serves the engine in OpenAI's form if {@code olmo.openai.enabled} says so and the host is a web application. */
@AutoConfiguration(after = OlmoAutoConfiguration.class)
@ConditionalOnBooleanProperty("olmo.openai.enabled")
@ConditionalOnWebApplication
@ConditionalOnSingleCandidate(Engine.class)
@EnableConfigurationProperties({OlmoProperties.class, OpenAiApiProperties.class})
public final class OlmoOpenAiAutoConfiguration {

    OlmoOpenAiAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    OpenAiApi olmoOpenAiApi(
            Engine engine,
            ObjectProvider<HostedModel> models,
            OlmoProperties names,
            OpenAiApiProperties properties,
            ObjectProvider<TraceIds> traceIds) {
        List<ServedModel> served = models.orderedStream()
                .map(model -> new ServedModel(model.name(), model.engine()))
                // The primary one is that whose engine is taken unless another is asked for.
                .sorted(Comparator.comparing(model -> !model.engine().equals(engine)))
                .toList();
        return new OpenAiApi(
                served.isEmpty() ? List.of(new ServedModel(names.publicName(), engine)) : served,
                properties.options(),
                Clock.systemUTC(),
                traceIds.getIfUnique(() -> TraceIds.NONE));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(name = "org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter")
    static class MvcConfiguration {

        @Bean
        @ConditionalOnMissingBean
        OpenAiMvcController olmoOpenAiMvcController(OpenAiApi api) {
            return new OpenAiMvcController(api);
        }

        @Bean
        @ConditionalOnMissingBean
        OpenAiMvcErrors olmoOpenAiMvcErrors(OpenAiApiProperties properties) {
            return new OpenAiMvcErrors(properties.basePath());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class WebFluxConfiguration {

        @Bean
        @ConditionalOnMissingBean
        OpenAiWebFluxController olmoOpenAiWebFluxController(OpenAiApi api) {
            return new OpenAiWebFluxController(api);
        }

        @Bean
        @ConditionalOnMissingBean
        OpenAiWebFluxErrors olmoOpenAiWebFluxErrors(OpenAiApiProperties properties) {
            return new OpenAiWebFluxErrors(properties.basePath());
        }
    }
}
