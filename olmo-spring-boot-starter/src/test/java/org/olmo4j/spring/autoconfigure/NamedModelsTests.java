package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.engine.Engine;
import org.olmo4j.error.ModelNotFoundException;
import org.olmo4j.spring.chat.OlmoChatModel;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class NamedModelsTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ChatClientAutoConfiguration.class,
                    ToolCallingAutoConfiguration.class,
                    OlmoAutoConfiguration.class));

    /** Models that need no files. */
    private final ApplicationContextRunner scripted = runner.withUserConfiguration(Scripted.class);

    private final ApplicationContextRunner two = scripted.withPropertyValues(
            "olmo.models.small.model=/models/OLMo-2-1B",
            "olmo.models.large.model=/models/OLMo-2-7B",
            "olmo.primary=large");

    @Test
    void thePrimaryModelIsTakenUnlessAnotherIsAskedFor() {
        two.withUserConfiguration(Injected.class).run(context -> {
            assertThat(context).hasNotFailed();
            Injected injected = context.getBean(Injected.class);
            assertThat(injected.any).isSameAs(context.getBean("largeChatModel"));
            assertThat(injected.small).isSameAs(context.getBean("smallChatModel"));
            assertThat(injected.smallEngine).isSameAs(context.getBean("smallEngine"));
            assertThat(injected.anyEngine).isSameAs(context.getBean("largeEngine"));
            assertThat(context.getBean(ChatClient.Builder.class)
                            .build()
                            .prompt("Hello?")
                            .call()
                            .content())
                    .isEqualTo("large answers");
            assertThat(context.getBeansOfType(HostedModel.class)).hasSize(2);
        });
    }

    @Test
    void aSingleModelNeedsNoPrimary() {
        scripted.withPropertyValues("olmo.models.small.model=/models/OLMo-2-1B")
                .run(context ->
                        assertThat(context.getBean(ChatModel.class)).isSameAs(context.getBean("smallChatModel")));
    }

    @Test
    void theModelWithoutANameGoesBeforeThoseWithOne() {
        scripted.withPropertyValues("olmo.model=/models/OLMo-2-13B", "olmo.models.small.model=/models/OLMo-2-1B")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBeanProvider(ChatModel.class).getObject())
                            .isSameAs(context.getBean("olmoChatModel"));
                    assertThat(context.getBeanProvider(Engine.class).getObject())
                            .isSameAs(context.getBean("olmoEngine"));
                });
    }

    @Test
    void aChatModelOfTheApplicationStaysTheOnlyCandidate() {
        ChatModel own = mock();

        two.withBean("ownChatModel", ChatModel.class, () -> own)
                .run(context -> assertThat(
                                context.getBeanProvider(ChatModel.class).getObject())
                        .isSameAs(own));
    }

    @Test
    void modelsAreClosedWithTheApplication() {
        HostedModel[] models = new HostedModel[2];
        two.run(context -> {
            models[0] = context.getBean("smallHostedModel", HostedModel.class);
            models[1] = context.getBean("largeHostedModel", HostedModel.class);
        });

        assertThat(models).allSatisfy(model -> verify(model).close());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "olmo.primary | olmo.models.a.model=/a | olmo.models.b.model=/b",
                "olmo.primary | olmo.models.a.model=/a | olmo.primary=c",
                "olmo.primary | olmo.model=/a | olmo.primary=a",
                "olmo.models.b.name | olmo.model=/b/small | olmo.models.b.name=small",
                "olmo.models.a.model | olmo.models.a.name=A | olmo.primary=a",
                "olmo.models.a.engine.max-running | olmo.models.a.model=/a | olmo.models.a.engine.max-running=0",
                "olmo.models.a.engine.drain-timeout | olmo.models.a.model=/a | olmo.models.a.engine.drain-timeout=-1s",
                "olmo.models.a.chat.top-p | olmo.models.a.model=/a | olmo.models.a.chat.top-p=2",
                "olmo.models.a.backend | olmo.models.a.model=/a | olmo.models.a.backend=",
                "olmo.load.wait | olmo.models.a.model=/a | olmo.load.wait=-1s"
            })
    void namesTheKeyOfWhatIsWrong(String key, String first, String second) {
        runner.withPropertyValues(first, second).run(context -> {
            Throwable cause = context.getStartupFailure();
            while (cause != null && !(cause instanceof InvalidConfigurationPropertyValueException)) {
                cause = cause.getCause();
            }
            assertThat(cause)
                    .isInstanceOfSatisfying(
                            InvalidConfigurationPropertyValueException.class,
                            invalid -> assertThat(invalid.getName()).isEqualTo(key));
        });
    }

    @Test
    void aNamedModelThatIsMissingFailsTheStart() {
        runner.withPropertyValues("olmo.models.small.model=/no/such/folder")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(ModelNotFoundException.class)
                        .hasMessageContaining("/no/such/folder"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Scripted {

        @Bean(NamedModelsRegistrar.HOSTING)
        ModelHosting hosting() {
            ModelHosting hosting = mock();
            when(hosting.unnamed()).thenAnswer(call -> hosted("olmo"));
            when(hosting.named(any())).thenAnswer(call -> hosted(call.getArgument(0)));
            when(hosting.unnamedChatModel(any()))
                    .thenAnswer(call ->
                            OlmoChatModel.builder(call.getArgument(0), "olmo").build());
            when(hosting.namedChatModel(any(), any())).thenAnswer(call -> {
                HostedModel model = call.getArgument(1);
                return OlmoChatModel.builder(model.engine(), call.getArgument(0))
                        .build();
            });
            return hosting;
        }

        private static HostedModel hosted(String name) {
            HostedModel model = mock();
            Engine engine = ScriptedEngine.withoutTokenizer().answer(ScriptedGeneration.saying(name, " answers"));
            when(model.name()).thenReturn(name);
            when(model.engine()).thenReturn(engine);
            return model;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Injected {
        private final ChatModel any;
        private final ChatModel small;
        private final Engine anyEngine;
        private final Engine smallEngine;

        Injected(
                ChatModel any,
                @Qualifier("small") ChatModel small,
                Engine anyEngine,
                @Qualifier("small") Engine smallEngine) {
            this.any = any;
            this.small = small;
            this.anyEngine = anyEngine;
            this.smallEngine = smallEngine;
        }
    }
}
