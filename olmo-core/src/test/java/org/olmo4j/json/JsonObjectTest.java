package org.olmo4j.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.error.ModelFormatException;

class JsonObjectTest {

    private static final String FILE = "/models/olmo/config.json";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "{\"a\":1",
                "{\"a\":1,}",
                "{\"a\":1}}",
                "{\"a\":1} x",
                "{\"a\":1}{}",
                "{\"a\":1,\"a\":1}",
                "{\"a\":{\"b\":1,\"b\":2}}",
                "{'a':1}",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":.5}",
                "{\"a\":tru}",
                "{\"a\":\"b}",
                "{/* */\"a\":1}",
                "\ufeff{\"a\":1}",
                "null",
                "[1]",
                "\"a\"",
                "7"
            })
    void whatIsNotOneStrictObjectIsRefused(String json) {
        assertRefused(() -> parse(json));
    }

    @Test
    void nestingHasABound() {
        String deep = "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000);
        assertRefused(() -> parse(deep));
        assertRefused(() -> parse("{\"a\":" + "[".repeat(65) + "]".repeat(65) + "}"));
        assertThat(parse("{\"a\":" + "[".repeat(60) + "]".repeat(60) + "}").has("a"))
                .isTrue();
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        byte[] latin1 = "{\"a\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
        byte[] utf16 = "{\"a\":1}".getBytes(StandardCharsets.UTF_16LE);
        assertRefused(() -> JsonObject.parse(latin1, FILE), "UTF-8");
        assertRefused(() -> JsonObject.parse(utf16, FILE));
    }

    @Test
    void theMessageSaysWhereTheTextBreaks() {
        assertRefused(() -> parse("{\n  \"a\": 1,\n  \"a\": 2\n}"), "\"a\"", "line 3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"1\"", "1.0", "1e0", "true", "[]", "[1]", "{}", "-1", "11", "99999999999", "1e400", "NaN"})
    void aWrongIntegerIsRefusedWithKeyValueAndRange(String value) {
        assertRefused(() -> parse("{\"size\":" + value + "}").integer("size", 0, 10), "size", "0 to 10");
        assertRefused(() -> parse("{\"size\":" + value + "}").optionalInteger("size", 0, 10), "size", "0 to 10");
    }

    @Test
    void integersAtTheBoundsAreTaken() {
        assertThat(parse("{\"size\":0}").integer("size", 0, 10)).isZero();
        assertThat(parse("{\"size\":10}").integer("size", 0, 10)).isEqualTo(10);
    }

    @Test
    void absentAndNullAreTheSame() {
        for (JsonObject object : List.of(parse("{}"), parse("{\"a\":null}"))) {
            assertThat(object.has("a")).isFalse();
            assertThat(object.optionalInteger("a", 0, 1)).isEmpty();
            assertThat(object.optionalNumber("a", value -> true, "any")).isEmpty();
            assertThat(object.optionalBoolean("a")).isEmpty();
            assertThat(object.optionalString("a")).isEmpty();
            assertThat(object.optionalStrings("a")).isEmpty();
            assertThat(object.optionalObject("a")).isEmpty();
            assertThat(object.optionalSize("a")).isEmpty();
            assertThat(object.integers("a", 0, 1)).isEmpty();
            assertRefused(() -> object.integer("a", 0, 1), "has no a");
        }
        assertThat(parse("{\"a\":null}").isNull("a")).isTrue();
        assertThat(parse("{}").isNull("a")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "1e400", "-1", "\"0.5\"", "true", "[0.5]"})
    void aWrongNumberIsRefusedWithKeyAndRange(String value) {
        assertRefused(
                () -> parse("{\"p\":" + value + "}").optionalNumber("p", number -> number >= 0, "0 or more"),
                "p",
                "0 or more");
    }

    @Test
    void wholeNumbersAreNumbers() {
        assertThat(parse("{\"p\":1}").optionalNumber("p", number -> true, "any"))
                .hasValue(1);
        assertThat(parse("{\"p\":1e-06}").optionalNumber("p", number -> true, "any"))
                .hasValue(0.000001);
    }

    @Test
    void otherTypesAreNotConverted() {
        assertRefused(() -> parse("{\"a\":0}").optionalBoolean("a"), "true or false");
        assertRefused(() -> parse("{\"a\":\"true\"}").optionalBoolean("a"), "true or false");
        assertRefused(() -> parse("{\"a\":1}").optionalString("a"), "a string");
        assertRefused(() -> parse("{\"a\":\"x\"}").optionalStrings("a"), "a list of strings");
        assertRefused(() -> parse("{\"a\":[\"x\",1]}").optionalStrings("a"), "a list of strings");
        assertRefused(() -> parse("{\"a\":[]}").optionalObject("a"), "an object");
        assertRefused(() -> parse("{\"a\":[1,\"2\"]}").integers("a", 0, 9), "\"2\"");
        assertRefused(() -> parse("{\"a\":1.5}").optionalSize("a"), "whole number");
        assertRefused(() -> parse("{\"a\":-1}").optionalSize("a"), "whole number");
    }

    @Test
    void listsAndSingleIntegersAreBothTaken() {
        assertThat(parse("{\"a\":7}").integers("a", 0, 9)).containsExactly(7);
        assertThat(parse("{\"a\":[7,8]}").integers("a", 0, 9)).containsExactly(7, 8);
        assertThat(parse("{\"a\":[]}").integers("a", 0, 9)).isEmpty();
    }

    @Test
    void nestedKeysAreNamedWithTheirPath() {
        JsonObject inner = parse("{\"outer\":{\"inner\":{\"p\":\"x\"}}}")
                .optionalObject("outer")
                .flatMap(outer -> outer.optionalObject("inner"))
                .orElseThrow();
        assertRefused(() -> inner.integer("p", 0, 1), "outer.inner.p", "\"x\"");
        assertRefused(() -> inner.integer("q", 0, 1), "outer.inner.q");
    }

    @Test
    void longValuesAreCutInMessages() {
        String value = "x".repeat(100_000);
        assertThatExceptionOfType(ModelFormatException.class)
                .isThrownBy(() -> parse("{\"a\":\"" + value + "\"}").integer("a", 0, 1))
                .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(300));
    }

    private static JsonObject parse(String json) {
        return JsonObject.parse(json.getBytes(StandardCharsets.UTF_8), FILE);
    }

    private static void assertRefused(ThrowingCallable call, String... parts) {
        assertThatExceptionOfType(ModelFormatException.class)
                .isThrownBy(call)
                .withMessageContaining(FILE)
                .withMessageContainingAll(parts.length == 0 ? new String[] {FILE} : parts);
    }
}
