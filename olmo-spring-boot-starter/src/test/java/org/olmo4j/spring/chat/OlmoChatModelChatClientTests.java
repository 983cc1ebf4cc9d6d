package org.olmo4j.spring.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.error.RetryLaterException;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.olmo4j.text.ChatMessage;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.ToolCallingAdvisor;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.tool.annotation.Tool;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** The model behind the interface that applications use. */
@Timeout(20)
class OlmoChatModelChatClientTests {

    private final ScriptedEngine engine = ScriptedEngine.withoutTokenizer();
    private final ChatClient client = ChatClient.builder(OlmoChatModel.builder(engine, "olmo-test")
                    .options(OlmoChatOptions.builder()
                            .temperature(0.3)
                            .stopSequences(List.of("END"))
                            .seed(5L)
                            .build())
                    .build())
            .build();

    @Test
    void answersACall() {
        engine.answer(ScriptedGeneration.saying("Good", " morning"));

        assertThat(client.prompt().system("Be brief.").user("Hello?").call().content())
                .isEqualTo("Good morning");

        assertThat(engine.request().prompt())
                .isEqualTo(new Prompt.Chat(List.of(
                        new ChatMessage(ChatMessage.Role.SYSTEM, "Be brief."),
                        new ChatMessage(ChatMessage.Role.USER, "Hello?"))));
    }

    @Test
    void answersAStreamWithUsageAtItsEnd() {
        engine.answer(ScriptedGeneration.saying("Good", " morning"));

        List<ChatResponse> responses =
                client.prompt("Hello?").stream().chatResponse().collectList().block();

        assertThat(responses)
                .extracting(response -> response.getResult().getOutput().getText())
                .containsExactly("Good", " morning", "");
        assertThat(responses.getLast().getMetadata().getUsage().getTotalTokens())
                .isEqualTo(5);
        assertThat(responses.getLast().getMetadata().<Long>get(OlmoResponseMetadata.SEED))
                .isEqualTo(ScriptedGeneration.SEED);
    }

    @Test
    void optionsOfARequestGoOverThoseOfTheModel() {
        engine.answer(ScriptedGeneration.saying("a"), ScriptedGeneration.saying("a"));

        client.prompt("Hello?")
                .options(OlmoChatOptions.builder().minP(0.1))
                .call()
                .content();
        GenerationRequest own = engine.request();
        client.prompt("Hello?")
                .options(ChatOptions.builder().temperature(0.9))
                .call()
                .content();
        GenerationRequest portable = engine.request();

        assertThat(own.sampling().temperature()).isEqualTo(0.3);
        assertThat(own.sampling().minP()).isEqualTo(0.1);
        assertThat(own.stopStrings()).containsExactly("END");
        assertThat(own.seed()).hasValue(5);
        assertThat(portable.sampling().temperature()).isEqualTo(0.9);
        assertThat(portable.stopStrings()).containsExactly("END");
    }

    @Test
    void mapsAnAnswerToAClassByInstructionsInThePrompt() {
        engine.answer(ScriptedGeneration.saying("{\"name\": \"OLMo\", \"layers\": 16}"));

        Model model = client.prompt("Which model?").call().entity(Model.class);

        assertThat(model).isEqualTo(new Model("OLMo", 16));
    }

    @Test
    void holdsAnAnswerToTheSchemaOfAClassIfAskedTo() {
        engine.answer(ScriptedGeneration.saying("{\"name\": \"OLMo\", \"layers\": 16}"));
        ChatClient unstopped =
                ChatClient.create(OlmoChatModel.builder(engine, "olmo-test").build());

        Model model = unstopped
                .prompt("Which model?")
                .call()
                .entity(Model.class, ChatClient.EntityParamSpec::useProviderStructuredOutput);

        assertThat(model).isEqualTo(new Model("OLMo", 16));
        assertThat(engine.request().jsonSchema().orElseThrow().text())
                .contains("\"name\":{\"type\":\"string\"}", "\"required\":[\"layers\",\"name\"]");
        // The schema is not in the prompt too.
        assertThat(engine.request().prompt())
                .isEqualTo(new Prompt.Chat(List.of(new ChatMessage(ChatMessage.Role.USER, "Which model?"))));
    }

    @Test
    void aSchemaBesideTheModelsStopSequencesIsRefusedByTheirName() {
        assertThatThrownBy(() -> client.prompt("Which model?")
                        .call()
                        .entity(Model.class, ChatClient.EntityParamSpec::useProviderStructuredOutput))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("stop is set together with json_schema");
    }

    record Model(String name, int layers) {}

    @Test
    void aRefusalReachesTheCallerAsItIs() {
        EngineBusyException busy = new EngineBusyException("8 run and 64 wait", Duration.ofSeconds(3));
        engine.refuse(busy).refuse(busy).refuse(busy);

        assertThatThrownBy(() -> client.prompt("Hello?").call().content()).isSameAs(busy);
        StepVerifier.create(client.prompt("Hello?").stream().content())
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(busy));
        Mono<String> chain = Mono.just("Hello?")
                .publishOn(Schedulers.boundedElastic())
                .flatMapMany(question -> client.prompt(question).stream().content())
                .collect(Collectors.joining());
        StepVerifier.create(chain)
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                RetryLaterException.class,
                                later -> assertThat(later.retryAfter()).isEqualTo(Duration.ofSeconds(3))));
    }

    @Test
    void toolsAreRefusedByNameAndNotDropped() {
        assertThatThrownBy(() -> client.prompt("What time is it?")
                        .tools(new Clock())
                        .call()
                        .content())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("currentTime");
        assertThatThrownBy(() -> client.prompt("What time is it?").tools(new Clock()).stream()
                        .content()
                        .blockLast())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("currentTime");
        assertThat(engine.requests()).isEmpty();
    }

    static class Clock {
        @Tool
        String currentTime() {
            return "12:00";
        }
    }

    @Test
    void theToolCallingAdvisorLetsAnswersWithoutToolsThrough() {
        engine.answer(ScriptedGeneration.saying("a"), ScriptedGeneration.saying("a", "b"));
        ChatClient advised = client.mutate()
                .defaultAdvisors(ToolCallingAdvisor.builder().build())
                .build();

        assertThat(advised.prompt("Hello?").call().content()).isEqualTo("a");
        assertThat(advised.prompt("Hello?").stream().content().collectList().block())
                .containsExactly("a", "b");
    }
}
