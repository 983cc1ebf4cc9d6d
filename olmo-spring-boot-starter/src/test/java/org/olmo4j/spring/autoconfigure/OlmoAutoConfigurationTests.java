package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.Olmo;
import org.olmo4j.engine.Engine;
import org.olmo4j.error.ModelNotFoundException;
import org.olmo4j.spring.chat.OlmoChatModel;
import org.olmo4j.spring.chat.OlmoChatOptions;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.ai.model.ollama.autoconfigure.OllamaChatAutoConfiguration;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class OlmoAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ChatClientAutoConfiguration.class,
                    ToolCallingAutoConfiguration.class,
                    OlmoAutoConfiguration.class,
                    OlmoHealthAutoConfiguration.class));

    /** An engine of the application stands in for a loaded model. */
    private final ApplicationContextRunner loaded = runner.withPropertyValues("olmo.model=/models/OLMo-2-1B")
            .withBean(
                    Engine.class,
                    () -> ScriptedEngine.withoutTokenizer().answer(ScriptedGeneration.saying("Good", " morning")));

    @Test
    void answersThroughAnInjectedChatClient() {
        loaded.run(context -> {
            ChatClient client = context.getBean(ChatClient.Builder.class).build();

            assertThat(client.prompt("Hello?").call().content()).isEqualTo("Good morning");
        });
    }

    @Test
    void staysAwayIfNoModelIsNamed() {
        runner.run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(Olmo.class)
                .doesNotHaveBean(Engine.class)
                .doesNotHaveBean(ChatModel.class)
                .doesNotHaveBean(OlmoProperties.class));
    }

    @Test
    void staysAwayIfTheModelsNameIsEmpty() {
        runner.withPropertyValues("olmo.model=")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ChatModel.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "none"})
    void staysAwayIfAnotherProviderIsChosen(String provider) {
        loaded.withPropertyValues("spring.ai.model.chat=" + provider)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ChatModel.class)
                        .doesNotHaveBean(Olmo.class)
                        .doesNotHaveBean(OlmoProperties.class));
    }

    @Test
    void isActiveIfItIsChosen() {
        loaded.withPropertyValues("spring.ai.model.chat=olmo")
                .run(context -> assertThat(context).hasSingleBean(OlmoChatModel.class));
    }

    @Test
    void doesNotStartWithoutTheModelThatIsNamed() {
        runner.withPropertyValues("olmo.model=/no/such/folder")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(ModelNotFoundException.class)
                        .hasMessageContaining("/no/such/folder"));
    }

    @Test
    void neverMakesASecondChatModel() {
        ChatModel own = mock();

        loaded.withBean("ownChatModel", ChatModel.class, () -> own)
                .run(context -> assertThat(context)
                        .hasSingleBean(ChatModel.class)
                        .getBean(ChatModel.class)
                        .isSameAs(own));
    }

    @Test
    void theEngineIsThereForAChatModelOfTheApplicationToUse() {
        runner.withPropertyValues("olmo.model=../sample-app/src/main/resources/demo-model")
                .withBean("ownChatModel", ChatModel.class, () -> mock())
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(HostedModel.class)
                        .hasSingleBean(Engine.class));
    }

    @Test
    void leavesTheChatModelToAProviderThatConfiguresOneOfItsOwn() {
        loaded.withConfiguration(AutoConfigurations.of(OllamaChatAutoConfiguration.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(ChatModel.class)
                        .hasBean("ollamaChatModel")
                        .hasSingleBean(Engine.class));
    }

    @Test
    void loadsNothingIfTheApplicationHasItsEngine() {
        loaded.run(context -> assertThat(context).hasSingleBean(Engine.class).doesNotHaveBean(Olmo.class));
    }

    @Test
    void takesTheModelThatTheApplicationLoaded() {
        Engine engine = mock();
        Olmo olmo = mock();
        when(olmo.engine()).thenReturn(engine);

        runner.withPropertyValues("olmo.model=/models/OLMo-2-1B")
                .withBean(Olmo.class, () -> olmo)
                .run(context -> assertThat(context).getBean(Engine.class).isSameAs(engine));

        // Closed once, as the part of the model that it is.
        verify(olmo).close();
        verify(engine, never()).close();
    }

    @Test
    void givesTheChatModelItsNameAndOptions() {
        loaded.withPropertyValues(
                        "olmo.chat.temperature=0.4",
                        "olmo.chat.stop-sequences=END,STOP",
                        "olmo.chat.logit-bias.7=-100",
                        "olmo.chat.seed=11")
                .run(context -> assertThat(context.getBean(OlmoChatModel.class).getOptions())
                        .isEqualTo(OlmoChatOptions.builder()
                                .model("OLMo-2-1B")
                                .temperature(0.4)
                                .stopSequences(List.of("END", "STOP"))
                                .logitBias(Map.of(7, -100.0))
                                .seed(11L)
                                .build()));
    }

    @Test
    void observesCallsInTheApplicationsRegistry() {
        TestObservationRegistry registry = TestObservationRegistry.create();

        loaded.withBean(ObservationRegistry.class, () -> registry).run(context -> {
            context.getBean(ChatModel.class).call("Hello?");

            TestObservationRegistryAssert.assertThat(registry).hasObservationWithNameEqualTo("gen_ai.client.operation");
        });
    }

    @Test
    void needsNeitherActuatorNorMetrics() {
        loaded.withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.health",
                        "org.springframework.boot.actuate",
                        "io.micrometer.core",
                        "org.springframework.web",
                        "jakarta.servlet"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(OlmoChatModel.class)
                        .doesNotHaveBean("olmoHealthIndicator"));
    }

    @Test
    void needsNoChatClient() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(OlmoAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("org.springframework.ai.chat.client"))
                .withPropertyValues("olmo.model=/models/OLMo-2-1B")
                .withBean(Engine.class, ScriptedEngine::withoutTokenizer)
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(OlmoChatModel.class));
    }
}
