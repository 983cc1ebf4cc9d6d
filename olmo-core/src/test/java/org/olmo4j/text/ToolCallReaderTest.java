package org.olmo4j.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolCallReaderTest {

    private static String block(String calls) {
        return "<function_calls>" + calls + "</function_calls>";
    }

    @Test
    void readsCallsAfterTheWords() {
        AnswerReader.Answer answer = new ToolCallReader()
                .read("Let me look. " + block("get_weather(city=\"Paris\", days=2)\nget_time(zone=\"Europe/Paris\")"));

        assertThat(answer.text()).isEqualTo("Let me look. ");
        assertThat(answer.calls())
                .containsExactly(
                        new ToolCall("get_weather", "{\"city\":\"Paris\",\"days\":2}"),
                        new ToolCall("get_time", "{\"zone\":\"Europe/Paris\"}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "f() | {}",
                "f( a = 1 , b = -2.5e3 ) | {\"a\":1,\"b\":-2500.0}",
                "f(a=True, b=false, c=None, d=null) | {\"a\":true,\"b\":false,\"c\":null,\"d\":null}",
                "f(a='it\\'s', b=\"say \\\"so\\\"\") | {\"a\":\"it's\",\"b\":\"say \\\"so\\\"\"}",
                "f(a=\"\\n\\u00e9\\x41\") | {\"a\":\"\\n\u00e9A\"}",
                "f(a=[1, [2], {'k': \"v\"},]) | {\"a\":[1,[2],{\"k\":\"v\"}]}",
                "f(a=\"x) y(b=1\", b=\"</function\") | {\"a\":\"x) y(b=1\",\"b\":\"</function\"}"
            })
    void readsLiteralsOfJsonAndOfPython(String call, String arguments) {
        assertThat(new ToolCallReader().read(block(call)).calls()).containsExactly(new ToolCall("f", arguments));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "f",
                "f(",
                "f(1)",
                "f(a)",
                "f(a=)",
                "f(a=1 b=2)",
                "f(a=1, a=2)",
                "f(a=\"open)",
                "f(a=[1)",
                "f(a=unknown)",
                "f(a=1-)",
                "f(a=NaN)",
                "f(a=1) and then",
                "(a=1)",
                "f(a=\"\\u12\")"
            })
    void whatCannotBeReadStaysText(String calls) {
        String text = "Well: " + block(calls) + " so.";

        assertThat(new ToolCallReader().read(text)).isEqualTo(new AnswerReader.Answer(text, List.of()));
    }

    @Test
    void deepNestingIsTextAndNoStackOverflow() {
        String call = "f(a=" + "[".repeat(100_000) + "]".repeat(100_000) + ")";

        assertThat(new ToolCallReader().read(block(call)).calls()).isEmpty();
    }

    @Test
    void aMissingEndIsTheEndOfTheAnswer() {
        assertThat(new ToolCallReader().read("<function_calls>f(a=1)").calls()).hasSize(1);
        assertThat(new ToolCallReader()
                        .read("<function_calls>f(a=\"cut by the lim")
                        .text())
                .isEqualTo("<function_calls>f(a=\"cut by the lim");
    }

    /** However the answer is cut into pieces, words come as soon as they cannot be a call any more, and nothing is lost. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1 < 2 and <function is no call",
                "Look: <function_calls>f(a=\"<\")</function_calls> done",
                "<<function_calls>f()</function_calls>",
                "ends with <function_call"
            })
    void readsTheSameInPieces(String text) {
        AnswerReader.Answer whole = new ToolCallReader().read(text);
        for (int cut = 0; cut <= text.length(); cut++) {
            ToolCallReader reader = new ToolCallReader();
            String words = reader.add(text.substring(0, cut)) + reader.add(text.substring(cut));
            AnswerReader.Answer rest = reader.end();

            assertThat(new AnswerReader.Answer(words + rest.text(), rest.calls()))
                    .as("cut at %s", cut)
                    .isEqualTo(whole);
        }
        ToolCallReader reader = new ToolCallReader();
        assertThat(reader.add("1 < 2")).isEqualTo("1 < 2");
        assertThat(reader.add(" <func")).isEqualTo(" ");
        assertThat(reader.add("y>")).isEqualTo("<funcy>");
    }
}
