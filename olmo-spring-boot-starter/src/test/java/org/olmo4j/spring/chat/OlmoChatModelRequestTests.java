package org.olmo4j.spring.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.olmo4j.text.ChatMessage;
import org.olmo4j.text.ChatMessage.Role;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.MimeTypeUtils;

/** What a prompt becomes on its way to the engine. */
class OlmoChatModelRequestTests {

    private static final SamplingOptions SAMPLED = new SamplingOptions(0.7, 50, 0.95, 0.01, 1.05, 0, 0, Map.of());

    private final ScriptedEngine engine = ScriptedEngine.withoutTokenizer();
    private final OlmoChatModel model = OlmoChatModel.builder(engine, "olmo-test")
            .options(OlmoChatOptions.builder().temperature(0.3).maxTokens(64).build())
            .build();

    private GenerationRequest requested(Prompt prompt) {
        engine.answer(ScriptedGeneration.saying("a"));
        model.call(prompt);
        return engine.request();
    }

    private void assertRefused(Prompt prompt, String parameter, String inMessage) {
        assertThatThrownBy(() -> model.call(prompt))
                .hasMessageContaining(inMessage)
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.parameter()).isEqualTo(parameter));
        assertThat(engine.requests()).isEmpty();
    }

    @Test
    void messagesKeepTheirOrderAndRoles() {
        GenerationRequest request = requested(new Prompt(List.of(
                new SystemMessage("Be brief."),
                new UserMessage("Hello?"),
                new AssistantMessage("Hello."),
                ToolResponseMessage.builder()
                        .responses(List.of(
                                new ToolResponseMessage.ToolResponse("1", "clock", "12:00"),
                                new ToolResponseMessage.ToolResponse("2", "date", "today")))
                        .build(),
                new UserMessage("And now?"))));

        assertThat(request.prompt())
                .isEqualTo(new org.olmo4j.engine.Prompt.Chat(List.of(
                        new ChatMessage(Role.SYSTEM, "Be brief."),
                        new ChatMessage(Role.USER, "Hello?"),
                        new ChatMessage(Role.ASSISTANT, "Hello."),
                        new ChatMessage(Role.TOOL, "12:00"),
                        new ChatMessage(Role.TOOL, "today"),
                        new ChatMessage(Role.USER, "And now?"))));
    }

    @Test
    void aPromptWithoutOptionsGetsTheModelsOwn() {
        GenerationRequest request = requested(new Prompt("Hello?"));

        assertThat(request.sampling().temperature()).isEqualTo(0.3);
        assertThat(request.maxTokens()).hasValue(64);
    }

    @Test
    void aPromptsOptionsAreUsedAsTheyAre() {
        GenerationRequest request =
                requested(new Prompt("Hello?", OlmoChatOptions.builder().topK(5).build()));

        assertThat(request.sampling()).isEqualTo(new SamplingOptions(1, 5, 1, 0, 1, 0, 0, Map.of()));
        assertThat(request.maxTokens()).isEmpty();
    }

    @Test
    void everyOptionReachesTheEngine() {
        GenerationRequest request = requested(new Prompt(
                "Hello?",
                OlmoChatOptions.builder()
                        .temperature(0.5)
                        .topK(40)
                        .topP(0.9)
                        .minP(0.05)
                        .repetitionPenalty(1.1)
                        .frequencyPenalty(0.2)
                        .presencePenalty(0.1)
                        .logitBias(Map.of(5, -100.0))
                        .maxTokens(100)
                        .stopSequences(List.of("END", "STOP"))
                        .seed(42L)
                        .logProbabilities(3)
                        .user("ada")
                        .cacheSalt("tenant 7")
                        .ignoreEndOfText(true)
                        .build()));

        assertThat(request.sampling())
                .isEqualTo(new SamplingOptions(0.5, 40, 0.9, 0.05, 1.1, 0.2, 0.1, Map.of(5, -100.0)));
        assertThat(request.maxTokens()).hasValue(100);
        assertThat(request.stopStrings()).containsExactly("END", "STOP");
        assertThat(request.seed()).hasValue(42);
        assertThat(request.topLogProbabilities()).hasValue(3);
        assertThat(request.origin().user()).isEqualTo("ada");
        assertThat(request.cacheSalt()).isEqualTo("tenant 7");
        assertThat(request.ignoreEndOfText()).isTrue();
    }

    @Test
    void whatNoOptionSetsIsDrawnAsTheModelsGenerationConfigSays() {
        engine.samplingBy(SAMPLED);

        GenerationRequest request = requested(
                new Prompt("Hello?", OlmoChatOptions.builder().temperature(1.0).build()));

        assertThat(request.sampling()).isEqualTo(new SamplingOptions(1, 50, 0.95, 0.01, 1.05, 0, 0, Map.of()));
        assertThat(requested(new Prompt("Hello?", OlmoChatOptions.builder().build()))
                        .sampling())
                .isEqualTo(SAMPLED);
    }

    @Test
    void portableOptionsOfAnotherClassAreHonoured() {
        GenerationRequest request = requested(new Prompt(
                "Hello?",
                ChatOptions.builder()
                        .temperature(0.5)
                        .topK(40)
                        .topP(0.9)
                        .frequencyPenalty(0.2)
                        .presencePenalty(0.1)
                        .maxTokens(100)
                        .stopSequences(List.of("END"))
                        .build()));

        assertThat(request.sampling()).isEqualTo(new SamplingOptions(0.5, 40, 0.9, 0, 1, 0.2, 0.1, Map.of()));
        assertThat(request.maxTokens()).hasValue(100);
        assertThat(request.stopStrings()).containsExactly("END");
    }

    @Test
    void thisModelMayBeNamedAndNoOther() {
        requested(new Prompt("Hello?", ChatOptions.builder().model("olmo-test").build()));
        engine.requests().clear();

        assertRefused(
                new Prompt("Hello?", ChatOptions.builder().model("another").build()), "model", "'another'");
    }

    @Test
    void itsOwnOptionsCarryItsName() {
        assertThat(model.getOptions().getModel()).isEqualTo("olmo-test");
        assertThat(model.getOptions().getTemperature()).isEqualTo(0.3);
    }

    @Test
    void anOptionOutOfItsRangeIsRefusedByName() {
        assertRefused(new Prompt("Hello?", ChatOptions.builder().topP(2.0).build()), "top_p", "top_p is 2.0");
    }

    @Test
    void aSchemaForTheOutputReachesTheEngineWhoeversOptionsHaveIt() {
        String schema = "{\"type\":\"integer\"}";

        assertThat(requested(new Prompt(
                                "How many?",
                                OlmoChatOptions.builder().outputSchema(schema).build()))
                        .jsonSchema())
                .contains(JsonSchema.parse(schema));
        assertThat(requested(new Prompt(
                                "How many?",
                                StructuredOutputChatOptions.builder()
                                        .outputSchema(schema)
                                        .build()))
                        .jsonSchema())
                .contains(JsonSchema.parse(schema));
        assertThat(requested(new Prompt("How many?")).jsonSchema()).isEmpty();
    }

    @Test
    void aSchemaThatCannotBeHeldIsRefusedByItsKeyword() {
        assertRefused(
                new Prompt(
                        "Which?",
                        StructuredOutputChatOptions.builder()
                                .outputSchema("{\"uniqueItems\": true}")
                                .build()),
                "json_schema",
                "uniqueItems");
    }

    @Test
    void mediaIsRefusedByItsPlace() {
        UserMessage picture = UserMessage.builder()
                .text("What is this?")
                .media(new Media(MimeTypeUtils.IMAGE_PNG, new ByteArrayResource(new byte[] {1})))
                .build();

        assertRefused(new Prompt(new SystemMessage("Be brief."), picture), "messages[1].media", "text only");
    }

    @Test
    void toolCallsOfAConversationAreRefusedByTheirPlace() {
        AssistantMessage calling = AssistantMessage.builder()
                .toolCalls(List.of(new AssistantMessage.ToolCall("1", "function", "clock", "{}")))
                .build();

        assertRefused(new Prompt(new UserMessage("When?"), calling), "messages[1].toolCalls", "messages[1].toolCalls");
    }

    @Test
    void aPromptWithoutMessagesIsRefused() {
        assertRefused(new Prompt(List.<Message>of()), "messages", "no message");
    }
}
