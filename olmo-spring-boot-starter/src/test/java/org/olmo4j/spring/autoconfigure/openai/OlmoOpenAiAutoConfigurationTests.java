package org.olmo4j.spring.autoconfigure.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.engine.Engine;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spring.openai.OpenAiApi;
import org.olmo4j.spring.openai.OpenAiMvcController;
import org.olmo4j.spring.openai.OpenAiWebFluxController;
import org.olmo4j.text.ToolFallback;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

class OlmoOpenAiAutoConfigurationTests {

    private static final AutoConfigurations AUTO_CONFIGURATION =
            AutoConfigurations.of(OlmoOpenAiAutoConfiguration.class);
    private static final String ENABLED = "olmo.openai.enabled=true";

    private final WebApplicationContextRunner servlet = new WebApplicationContextRunner()
            .withConfiguration(AUTO_CONFIGURATION)
            .withUserConfiguration(EngineConfiguration.class);
    private final ReactiveWebApplicationContextRunner reactive = new ReactiveWebApplicationContextRunner()
            .withConfiguration(AUTO_CONFIGURATION)
            .withUserConfiguration(EngineConfiguration.class);

    @Test
    void isOffByDefault() {
        servlet.run(context -> assertThat(context).doesNotHaveBean(OpenAiApi.class));
        reactive.run(context -> assertThat(context).doesNotHaveBean(OpenAiApi.class));
    }

    @Test
    void servesMvcHosts() {
        servlet.withPropertyValues(ENABLED)
                .run(context -> assertThat(context)
                        .hasSingleBean(OpenAiApi.class)
                        .hasSingleBean(OpenAiMvcController.class)
                        .doesNotHaveBean(OpenAiWebFluxController.class));
    }

    @Test
    void servesWebFluxHosts() {
        reactive.withPropertyValues(ENABLED)
                .run(context -> assertThat(context)
                        .hasSingleBean(OpenAiApi.class)
                        .hasSingleBean(OpenAiWebFluxController.class)
                        .doesNotHaveBean(OpenAiMvcController.class));
    }

    @Test
    void servesWebFluxHostsWithoutTheServletApi() {
        reactive.withPropertyValues(ENABLED)
                .withClassLoader(new FilteredClassLoader("jakarta.servlet", "org.springframework.web.servlet"))
                .run(context -> assertThat(context).hasSingleBean(OpenAiWebFluxController.class));
    }

    @Test
    void leavesOtherApplicationsAlone() {
        new ApplicationContextRunner()
                .withConfiguration(AUTO_CONFIGURATION)
                .withUserConfiguration(EngineConfiguration.class)
                .withPropertyValues(ENABLED)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(OpenAiApi.class));
    }

    @Test
    void backsOffWithoutAnEngine() {
        new WebApplicationContextRunner()
                .withConfiguration(AUTO_CONFIGURATION)
                .withPropertyValues(ENABLED)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(OpenAiApi.class));
    }

    @Test
    void bindsItsProperties() {
        servlet.withPropertyValues(
                        ENABLED,
                        "olmo.openai.base-path=/llm",
                        "olmo.openai.max-body-size=1MB",
                        "olmo.openai.max-prompts=5",
                        "olmo.openai.max-choices=6",
                        "olmo.openai.heartbeat-interval=3s",
                        "olmo.openai.tool-fallback=describe")
                .run(context -> assertThat(context.getBean(OpenAiApiProperties.class))
                        .isEqualTo(new OpenAiApiProperties(
                                true,
                                "/llm",
                                DataSize.ofMegabytes(1),
                                5,
                                6,
                                Duration.ofSeconds(3),
                                ToolFallback.DESCRIBE)));
    }

    @ParameterizedTest
    @CsvSource({
        "olmo.openai.max-prompts, 0",
        "olmo.openai.max-choices, 0",
        "olmo.openai.max-body-size, 0B",
        "olmo.openai.max-body-size, 3GB",
        "olmo.openai.heartbeat-interval, 0s",
        "olmo.openai.heartbeat-interval, 3ns"
    })
    void namesTheKeyOfAValueOutOfItsRange(String key, String value) {
        servlet.withPropertyValues(ENABLED, key + "=" + value)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("Allowed: ")
                        .satisfies(failure -> assertThat(context.getStartupFailure())
                                .hasStackTraceContaining(
                                        InvalidConfigurationPropertyValueException.class.getSimpleName())
                                .hasStackTraceContaining(key)));
    }

    @Configuration(proxyBeanMethods = false)
    static class EngineConfiguration {

        @Bean
        Engine engine() {
            OlmoSpec spec = mock(OlmoSpec.class);
            when(spec.contextLength()).thenReturn(2048);
            Engine engine = mock(Engine.class);
            when(engine.spec()).thenReturn(spec);
            return engine;
        }
    }
}
