package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.spring.chat.OlmoChatModel;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The page that a developer sees who added the starter and named no model yet. */
@ExtendWith(OutputCaptureExtension.class)
class MissingChatModelFailureAnalyzerTests {

    private static final String EXPLANATION = "The OLMo starter is on the class path, but olmo.model is not set";
    private static final String BOOTS_PAGE = "Consider defining a bean of type";

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        OlmoAutoConfiguration.class,
        ChatClientAutoConfiguration.class,
        ToolCallingAutoConfiguration.class
    })
    static class Starter {}

    record Answers(Object injected) {}

    @Configuration(proxyBeanMethods = false)
    static class InjectsTheModel {
        @Bean
        Answers answers(ChatModel model) {
            return new Answers(model);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class InjectsTheModelOfOlmo {
        @Bean
        Answers answers(OlmoChatModel model) {
            return new Answers(model);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class InjectsAClientBuilder {
        @Bean
        Answers answers(ChatClient.Builder builder) {
            return new Answers(builder);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class InjectsSomethingElse {
        @Bean
        Answers answers(Runnable other) {
            return new Answers(other);
        }
    }

    interface ModelOfAnotherProvider extends ChatModel {}

    @Configuration(proxyBeanMethods = false)
    static class InjectsAModelOfAnotherProvider {
        @Bean
        Answers answers(ModelOfAnotherProvider model) {
            return new Answers(model);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class InjectsAModelByAnotherName {
        @Bean
        ChatModel ours() {
            return mock(ChatModel.class);
        }

        @Bean
        Answers answers(@Qualifier("theirs") ChatModel model) {
            return new Answers(model);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class InjectsOneOfTwoModels {
        @Bean
        ChatModel first() {
            return mock(ChatModel.class);
        }

        @Bean
        ChatModel second() {
            return mock(ChatModel.class);
        }

        @Bean
        Answers answers(ChatModel model) {
            return new Answers(List.of(model));
        }
    }

    private static void start(Class<?> application, String... arguments) {
        start(new SpringApplicationBuilder(Starter.class, application), arguments);
    }

    private static void start(SpringApplicationBuilder application, String... arguments) {
        assertThatThrownBy(() -> application.web(WebApplicationType.NONE).run(arguments))
                .isInstanceOf(RuntimeException.class);
    }

    @ParameterizedTest
    @ValueSource(classes = {InjectsTheModel.class, InjectsTheModelOfOlmo.class, InjectsAClientBuilder.class})
    void saysThatNoModelIsNamedAndWhatToDo(Class<?> application, CapturedOutput output) {
        start(application);

        assertThat(output)
                .contains("APPLICATION FAILED TO START", EXPLANATION)
                .contains("Set olmo.model to a folder with config.json, or to a classpath: location")
                .contains("spring.ai.model.chat")
                .doesNotContain(BOOTS_PAGE);
    }

    @Test
    void namesWhereTheModelIsInjected(CapturedOutput output) {
        start(InjectsTheModel.class);

        assertThat(output)
                .contains("Parameter 0 of method answers in " + InjectsTheModel.class.getName())
                .contains("required a bean of type '" + ChatModel.class.getName() + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void anEmptyNameIsNone(String model, CapturedOutput output) {
        start(InjectsTheModel.class, "--olmo.model=" + model);

        assertThat(output).contains(EXPLANATION).doesNotContain(BOOTS_PAGE);
    }

    @Test
    void otherMissingBeansAreLeftToBoot(CapturedOutput output) {
        start(InjectsSomethingElse.class);

        assertThat(output).contains(BOOTS_PAGE).doesNotContain(EXPLANATION);
    }

    @Test
    void aModelThatOnlyAnotherProviderHasIsLeftToBoot(CapturedOutput output) {
        start(InjectsAModelOfAnotherProvider.class);

        assertThat(output).contains(BOOTS_PAGE).doesNotContain(EXPLANATION);
    }

    @Test
    void aProviderThatIsNamedButMissingIsLeftToBoot(CapturedOutput output) {
        start(InjectsTheModel.class, "--spring.ai.model.chat=openai");

        assertThat(output).contains(BOOTS_PAGE).doesNotContain(EXPLANATION);
    }

    @Test
    void aNamedModelWhoseAutoConfigurationIsExcludedIsLeftToBoot(CapturedOutput output) {
        start(new SpringApplicationBuilder(InjectsTheModel.class), "--olmo.model=/models/x");

        assertThat(output).contains(BOOTS_PAGE).doesNotContain(EXPLANATION);
    }

    @Test
    void aModelThatIsThereUnderAnotherNameIsLeftToBoot(CapturedOutput output) {
        start(InjectsAModelByAnotherName.class);

        assertThat(output).contains("APPLICATION FAILED TO START").doesNotContain(EXPLANATION);
    }

    @Test
    void aChoiceBetweenModelsIsLeftToBoot(CapturedOutput output) {
        start(InjectsOneOfTwoModels.class);

        assertThat(output).contains("but 2 were found").doesNotContain(EXPLANATION);
    }
}
