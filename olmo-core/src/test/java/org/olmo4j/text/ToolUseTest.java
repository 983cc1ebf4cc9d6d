package org.olmo4j.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.text.ChatMessage.Role;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ToolUseTest {

    private static final ToolDefinition WEATHER = new ToolDefinition(
            "weather",
            "Tells the weather",
            "{\"type\":\"object\",\"properties\":{\"at\":{\"$ref\":\"#/$defs/Place\"}},\"required\":[\"at\"],\"$defs\":{\"Place\":{\"enum\":[\"Bonn\",\"Rome\"]}}}");
    private static final ToolDefinition CLOCK = new ToolDefinition("clock", "", "{\"type\":\"object\"}");
    private static final List<ToolDefinition> TOOLS = List.of(WEATHER, CLOCK);
    private static final ChatMessage QUESTION = new ChatMessage(Role.USER, "How is Bonn?");

    private static ToolUse described(ChatMessage... messages) {
        return ToolUse.described(List.of(messages), TOOLS, false, ToolUse.MAX_CALLS);
    }

    private static AnswerReader.Answer read(String text) {
        return described(QUESTION).reader().read(text);
    }

    @Test
    void leavesToolsToATemplateThatKnowsThem() {
        ToolUse use = ToolUse.byTemplate(List.of(QUESTION), TOOLS);

        assertThat(use.messages()).containsExactly(QUESTION);
        assertThat(use.tools()).isEqualTo(TOOLS);
        assertThat(use.described()).isEmpty();
        assertThat(use.answerSchema()).isEmpty();
        assertThat(use.reader().read("<function_calls>clock()</function_calls>").calls())
                .containsExactly(new ToolCall("clock", "{}"));
    }

    @Test
    void withoutToolsAnAnswerIsText() {
        String text = "{\"answer\": \"no\"} <function_calls>clock()</function_calls>";
        AnswerReader.Answer all = new AnswerReader.Answer(text, List.of());

        assertThat(ToolUse.byTemplate(List.of(QUESTION), List.of()).reader().read(text))
                .isEqualTo(all);
        ToolUse use = ToolUse.described(List.of(QUESTION), List.of(), false, 1);
        assertThat(use.reader().read(text)).isEqualTo(all);
        assertThat(use.messages()).containsExactly(QUESTION);
    }

    @Test
    void describesToolsInTheSystemMessage() {
        ToolUse use = described(new ChatMessage(Role.SYSTEM, "Be brief."), QUESTION);

        assertThat(use.tools()).isEmpty();
        assertThat(use.messages()).hasSize(2).last().isEqualTo(QUESTION);
        assertThat(use.messages().getFirst().role()).isEqualTo(Role.SYSTEM);
        assertThat(use.messages().getFirst().content())
                .startsWith("Be brief.\n\n")
                .contains("\"name\":\"weather\",\"description\":\"Tells the"
                        + " weather\",\"parameters\":{\"type\":\"object\"")
                .contains("\"name\":\"clock\",\"parameters\"")
                .contains("To answer: {\"answer\":");
        assertThat(described(QUESTION).messages())
                .extracting(ChatMessage::role)
                .containsExactly(Role.SYSTEM, Role.USER);
    }

    @Test
    void tellsEarlierCallsAndTheirResultsAsText() {
        ToolUse use = described(
                QUESTION,
                new ChatMessage(
                        Role.ASSISTANT,
                        "I look.",
                        List.of(new ToolCall("weather", "{\"at\":\"Bonn\"}"), new ToolCall("clock", "{}"))),
                new ChatMessage(Role.TOOL, "Rain"),
                new ChatMessage(Role.TOOL, "12:00"));

        assertThat(use.messages().subList(1, 4))
                .containsExactly(
                        QUESTION,
                        new ChatMessage(
                                Role.ASSISTANT,
                                "I look.\n"
                                        + "{\"calls\":[{\"tool\":\"weather\",\"arguments\":{\"at\":\"Bonn\"}},"
                                        + "{\"tool\":\"clock\",\"arguments\":{}}]}"),
                        new ChatMessage(Role.USER, "Result of the tool: Rain\nResult of the tool: 12:00"));
    }

    @Test
    void holdsAnAnswerToCallsThatConformOrAText() {
        JsonNode schema =
                JsonMapper.shared().readTree(described(QUESTION).answerSchema().orElseThrow());

        assertThat(schema.at("/anyOf").size()).isEqualTo(2);
        JsonNode calls = schema.at("/anyOf/0/properties/calls");
        assertThat(calls.get("minItems").intValue()).isOne();
        assertThat(calls.get("maxItems").intValue()).isEqualTo(4);
        assertThat(calls.at("/items/anyOf").size()).isEqualTo(2);
        assertThat(calls.at("/items/anyOf/0/properties/tool/const").stringValue())
                .isEqualTo("weather");
        assertThat(calls.at("/items/anyOf/0/properties/arguments/$ref").stringValue())
                .isEqualTo("#/$defs/tool0");
        assertThat(schema.at("/anyOf/1/required/0").stringValue()).isEqualTo("answer");
        // What refers to the root of its own schema has moved with it.
        assertThat(schema.at("/$defs/tool0/properties/at/$ref").stringValue()).isEqualTo("#/$defs/tool0/$defs/Place");
        assertThat(schema.at("/$defs/tool0/$defs/Place/enum/0").stringValue()).isEqualTo("Bonn");
    }

    @Test
    void aRequiredCallLeavesNoOtherAnswer() {
        ToolUse use = ToolUse.described(List.of(QUESTION), List.of(CLOCK), true, ToolUse.MAX_CALLS);

        JsonNode schema = JsonMapper.shared().readTree(use.answerSchema().orElseThrow());
        assertThat(schema.at("/anyOf").size()).isOne();
        assertThat(use.messages().getFirst().content()).doesNotContain("\"answer\"");
    }

    @Test
    void anAnswerMayBeHeldToOneCall() {
        ToolUse use = ToolUse.described(List.of(QUESTION), TOOLS, false, 1);

        JsonNode schema = JsonMapper.shared().readTree(use.answerSchema().orElseThrow());
        assertThat(schema.at("/anyOf/0/properties/calls/maxItems").intValue()).isOne();
        assertThat(use.messages().getFirst().content())
                .contains("To call a tool: {\"calls\": [{\"tool\": \"its name\", \"arguments\": {...}}]}");
    }

    @Test
    void readsCallsInTheirOrder() {
        assertThat(read("{\"calls\": [{\"tool\": \"weather\", \"arguments\": {\"at\": \"Bonn\"}}]}"))
                .isEqualTo(new AnswerReader.Answer("", List.of(new ToolCall("weather", "{\"at\":\"Bonn\"}"))));
        assertThat(read("{\"calls\": [{\"tool\": \"clock\", \"arguments\": {}},"
                                + " {\"tool\": \"weather\", \"arguments\": {\"at\": \"Rome\"}}]}")
                        .calls())
                .containsExactly(new ToolCall("clock", "{}"), new ToolCall("weather", "{\"at\":\"Rome\"}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"answer\":\"\"}",
                "{\"answer\": \"It rains.\"}",
                "{\"answer\": \"a \\\"b\\\" \\\\ \\/ \\n\\t\\r\\b\\f \\u20ac \\ud83d\\ude00 \uD83D\uDE00 }\"}"
            })
    void givesOutATextAsItComes(String json) {
        String words = JsonMapper.shared().readTree(json).get("answer").stringValue();

        for (int split = 0; split <= json.length(); split++) {
            AnswerReader reader = described(QUESTION).reader();
            String first = reader.add(json.substring(0, split));
            String second = reader.add(json.substring(split));

            assertThat(words).startsWith(first);
            assertThat(first + second).isEqualTo(words);
            assertThat(reader.end()).isEqualTo(new AnswerReader.Answer("", List.of()));
        }
        AnswerReader reader = described(QUESTION).reader();
        StringBuilder one = new StringBuilder();
        json.chars().forEach(character -> one.append(reader.add(Character.toString((char) character))));
        assertThat(one).hasToString(words);
    }

    @Test
    void whatTheTokenLimitCutsIsText() {
        String call = "{\"calls\": [{\"tool\": \"clock\", \"arguments\": {}}, {\"tool\": \"weather\", \"argum";

        assertThat(read(call)).isEqualTo(new AnswerReader.Answer(call, List.of()));
        assertThat(read("{\"answer\": \"It ra")).isEqualTo(new AnswerReader.Answer("It ra", List.of()));
        assertThat(read("{\"answer\": \"It \\u20")).isEqualTo(new AnswerReader.Answer("It ", List.of()));
    }
}
