package org.olmo4j.spring.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.error.InvalidRequestException;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.test.options.AbstractChatOptionsTests;
import org.springframework.ai.tool.ToolCallback;

class OlmoChatOptionsTests extends AbstractChatOptionsTests<OlmoChatOptions, OlmoChatOptions.Builder> {

    @Override
    protected Class<OlmoChatOptions> getConcreteOptionsClass() {
        return OlmoChatOptions.class;
    }

    @Override
    protected OlmoChatOptions.Builder readyToBuildBuilder() {
        return full();
    }

    private static OlmoChatOptions.Builder full() {
        return OlmoChatOptions.builder()
                .model("olmo")
                .temperature(0.5)
                .topP(0.9)
                .topK(40)
                .maxTokens(100)
                .stopSequences(List.of("END"))
                .frequencyPenalty(0.1)
                .presencePenalty(0.2)
                .seed(42L)
                .minP(0.05)
                .repetitionPenalty(1.1)
                .logitBias(Map.of(5, -100.0))
                .logProbabilities(3)
                .user("ada")
                .session("session 5")
                .conversation("conversation 6")
                .logContent(TextRetention.REDACTED)
                .cacheSalt("tenant 7")
                .ignoreEndOfText(true);
    }

    /** Not beside stop sequences and an ignored end of text. */
    private static OlmoChatOptions.Builder withSchema(String schema) {
        return full().stopSequences(null).ignoreEndOfText(null).outputSchema(schema);
    }

    @Test
    void keepsTheSchemaOfTheOutput() {
        OlmoChatOptions options = withSchema("{\"type\": \"integer\"}").build();

        assertThat(options.getOutputSchema()).isEqualTo("{\"type\":\"integer\"}");
        assertThat(options.mutate().build()).isEqualTo(options);
        assertThat(options).isNotEqualTo(withSchema("{\"type\": \"string\"}").build());
        assertThat(withSchema("true")
                        .combineWith(StructuredOutputChatOptions.builder().outputSchema("{\"type\": \"integer\"}"))
                        .build())
                .isEqualTo(options);
        assertThat(options.mutate().combineWith(OlmoChatOptions.builder()).build())
                .isEqualTo(options);
    }

    @Test
    void everyOptionCountsForEquality() {
        OlmoChatOptions options = full().build();

        assertThat(Stream.of(
                                full().model("other"),
                                full().temperature(0.6),
                                full().topP(0.8),
                                full().topK(41),
                                full().maxTokens(101),
                                full().stopSequences(List.of()),
                                full().frequencyPenalty(0.0),
                                full().presencePenalty(0.0),
                                full().seed(43L),
                                full().minP(0.0),
                                full().repetitionPenalty(1.2),
                                full().logitBias(Map.of()),
                                full().logProbabilities(4),
                                full().user("bob"),
                                full().session("session 6"),
                                full().conversation(null),
                                full().logContent(TextRetention.NONE),
                                withSchema("true"),
                                full().cacheSalt("tenant 8"),
                                full().ignoreEndOfText(false))
                        .map(OlmoChatOptions.Builder::build))
                .doesNotContain(options);
        assertThat(full().build()).hasSameHashCodeAs(options);
    }

    @Test
    void combiningTakesWhatIsSetAndKeepsTheRest() {
        OlmoChatOptions nothingSet = OlmoChatOptions.builder().build();

        assertThat(full().combineWith(nothingSet.mutate()).build()).isEqualTo(full().build());
        assertThat(OlmoChatOptions.builder().combineWith(full()).build()).isEqualTo(full().build());
        assertThat(full().combineWith(OlmoChatOptions.builder().seed(1L).logitBias(Map.of(6, 1.0)))
                        .build())
                .isEqualTo(full().seed(1L).logitBias(Map.of(6, 1.0)).build());
    }

    @Test
    void combiningAppendsStopSequencesAsSpringAiDoes() {
        assertThat(full().combineWith(ChatOptions.builder().stopSequences(List.of("STOP")))
                        .build()
                        .getStopSequences())
                .containsExactly("END", "STOP");
    }

    @Test
    void combiningTakesThePortableValuesOfBuildersThatAreNotSpringAisOwn() {
        ChatOptions.Builder<?> foreign = mock();
        when(foreign.build())
                .thenReturn(ChatOptions.builder().temperature(0.25).topK(3).build());

        OlmoChatOptions combined = full().combineWith(foreign).build();

        assertThat(combined).isEqualTo(full().temperature(0.25).topK(3).build());
    }

    @Test
    void changingABuildersInputOrACloneLeavesItAlone() {
        Map<Integer, Double> bias = new HashMap<>(Map.of(1, 1.0));
        OlmoChatOptions.Builder builder = OlmoChatOptions.builder().logitBias(bias);

        bias.put(2, 2.0);
        OlmoChatOptions.Builder clone = builder.clone().seed(9L).temperature(1.0);

        assertThat(builder.build())
                .isEqualTo(OlmoChatOptions.builder().logitBias(Map.of(1, 1.0)).build());
        assertThat(clone.build().getSeed()).isEqualTo(9L);
    }

    @Test
    void holdsToolsSoThatChatClientHandsThemOver() {
        ToolCallback tool = mock();

        OlmoChatOptions options = OlmoChatOptions.builder().toolCallbacks(tool).build();

        assertThat(options.getToolCallbacks()).containsExactly(tool);
        assertThat(options.mutate().build()).isEqualTo(options);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("valuesOutOfRange")
    void refusesAValueOutOfItsRangeByName(String name, Consumer<OlmoChatOptions.Builder> setting) {
        OlmoChatOptions.Builder builder = full();
        setting.accept(builder);

        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.parameter()).isEqualTo(name));
    }

    static Stream<Arguments> valuesOutOfRange() {
        return Stream.of(
                outOfRange("temperature", options -> options.temperature(Double.NaN)),
                outOfRange("temperature", options -> options.temperature(-0.1)),
                outOfRange("top_k", options -> options.topK(-1)),
                outOfRange("top_p", options -> options.topP(1.5)),
                outOfRange("min_p", options -> options.minP(-1.0)),
                outOfRange("repetition_penalty", options -> options.repetitionPenalty(0.0)),
                outOfRange("frequency_penalty", options -> options.frequencyPenalty(3.0)),
                outOfRange("presence_penalty", options -> options.presencePenalty(-3.0)),
                outOfRange("logit_bias", options -> options.logitBias(Map.of(1, 101.0))),
                outOfRange("max_tokens", options -> options.maxTokens(-1)),
                outOfRange("stop", options -> options.stopSequences(List.of(""))),
                outOfRange("json_schema", options -> options.outputSchema("{")),
                outOfRange(
                        "ignore_end_of_text",
                        options -> options.stopSequences(null).outputSchema("true")),
                outOfRange("logprobs", options -> options.logProbabilities(101)));
    }

    private static Arguments outOfRange(String name, Consumer<OlmoChatOptions.Builder> setting) {
        return Arguments.of(name, setting);
    }
}
