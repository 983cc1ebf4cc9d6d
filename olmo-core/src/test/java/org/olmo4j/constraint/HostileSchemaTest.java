package org.olmo4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.error.InvalidRequestException;

/** Schemas that are made to take much memory or time are refused, or stay cheap. The time limit is there to end a hang, not to measure. */
class HostileSchemaTest {

    private static final ToyVocabulary VOCABULARY = new ToyVocabulary();

    static Stream<Arguments> refused() {
        return Stream.of(
                of("a long text", "{\"title\":\"" + "x".repeat(300_000) + "\"}"),
                of("deep nesting", "{\"items\":".repeat(300) + "{}" + "}".repeat(300)),
                of("a number of many digits", "{\"minimum\":" + "9".repeat(60) + "}"),
                of("a number of more digits", "{\"minimum\":" + "9".repeat(10_000) + "}"),
                of("a number with a huge exponent", "{\"const\":1e99999999999999}"),
                of(
                        "many subschemas",
                        "{\"properties\":{" + join(900, i -> "\"" + i + "\":{\"anyOf\":[{},{},{},{},{},{}]}") + "}}"),
                of("many branches", "{\"anyOf\":[" + join(150, i -> "{\"const\":" + i + "}") + "]}"),
                of("a product of branches", allOfChoices(12, 3)),
                of("a product of branches of objects", allOfChoices(3, 40)),
                of("references that double", doubling(40)),
                of("a long chain of references", chain(3000)),
                of("a pattern that explodes", "{\"pattern\":\"^(a|b)*a(a|b){20}$\"}"),
                of("nested repetitions", "{\"pattern\":\"((((a{1000}){1000}){1000}){1000})\"}"),
                of("nested repetitions of nothing", "{\"pattern\":\"((((){1000}){1000}){1000}){1000}\"}"),
                of("a deep group", "{\"pattern\":\"" + "(".repeat(5000) + "a" + ")".repeat(5000) + "\"}"),
                of(
                        "many large patterns",
                        "{\"properties\":{" + join(400, i -> "\"" + i + "\":{\"pattern\":\"^.{300}" + i + "$\"}")
                                + "}}"),
                of("a long minimum", "{\"type\":\"string\",\"minLength\":2000000000}"),
                of("many items", "{\"type\":\"array\",\"minItems\":2000000000}"),
                of("large objects in many branches", wideBranches()),
                of("long keys in many branches", longKeys()),
                of("only endless values", "{\"type\":\"array\",\"items\":{\"$ref\":\"#\"},\"minItems\":1}"));
    }

    static Stream<Arguments> harmless() {
        return Stream.of(
                of(
                        "ambiguous nesting",
                        "{\"$defs\":{\"a\":{\"anyOf\":["
                                + join(
                                        50,
                                        i -> "{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/a\"},\"maxItems\":"
                                                + (i + 3) + "}")
                                + ",{\"type\":\"null\"}]}},\"$ref\":\"#/$defs/a\"}"),
                of(
                        "many optional keys",
                        "{\"type\":\"object\",\"properties\":{"
                                + join(1000, i -> "\"key" + i + "\":{\"type\":\"null\"}") + "}}"),
                of("many values", "{\"enum\":[" + join(9_000, i -> "\"value " + i + "\"") + "]}"),
                of(
                        "a hundred strings at once",
                        "{\"anyOf\":[" + join(100, i -> "{\"type\":\"string\",\"maxLength\":" + (i + 1) + "}") + "]}"),
                of("a large count", "{\"type\":\"array\",\"items\":true,\"maxItems\":1e30}"),
                of("a large length", "{\"type\":\"string\",\"maxLength\":1e30}"),
                of("deep schemas", "{\"type\":\"array\",\"items\":".repeat(60) + "true" + "}".repeat(60)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void isRefused(String name, String schema) {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            InvalidRequestException refusal = Assertions.assertThrows(InvalidRequestException.class, () -> {
                JsonSchema parsed = JsonSchema.parse(schema);
                VOCABULARY.constraints().compile(parsed);
            });
            assertThat(refusal.getMessage()).hasSizeLessThan(1000);
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("harmless")
    void staysCheap(String name, String schema) {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            ConstraintState state =
                    VOCABULARY.constraints().compile(JsonSchema.parse(schema)).start();
            Random random = new Random(1);
            for (int i = 0; i < 40 && !state.exhausted(); i++) {
                ConstraintState now = state;
                int[] content = IntStream.range(0, VOCABULARY.size())
                        .filter(id -> id != ToyVocabulary.END && now.allowed().allows(id))
                        .toArray();
                state = state.after(content[random.nextInt(content.length)]);
            }
        });
    }

    private static String allOfChoices(int count, int branches) {
        return "{\"allOf\":["
                + join(
                        count,
                        i -> "{\"anyOf\":["
                                + join(
                                        branches,
                                        j -> "{\"type\":\"object\",\"properties\":{\"k" + i + "_" + j
                                                + "\":{\"type\":\"null\"}}}")
                                + "]}")
                + "]}";
    }

    private static String doubling(int levels) {
        return "{\"$defs\":{"
                + join(
                        levels,
                        i -> "\"d" + i + "\":{\"anyOf\":[{\"$ref\":\"#/$defs/d" + (i + 1) + "\"},{\"required\":[\"x" + i
                                + "\"],\"$ref\":\"#/$defs/d" + (i + 1) + "\"}]}")
                + ",\"d" + levels + "\":{\"type\":\"object\"}},\"$ref\":\"#/$defs/d0\"}";
    }

    private static String chain(int length) {
        return "{\"$defs\":{" + join(length, i -> "\"d" + i + "\":{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}") + ",\"d"
                + length + "\":{\"type\":\"null\"}},\"$ref\":\"#/$defs/d0\"}";
    }

    private static String wideBranches() {
        return "{\"$defs\":{\"wide\":{\"type\":\"object\",\"properties\":{" + join(900, i -> "\"p" + i + "\":true")
                + "}}},\"type\":\"array\",\"prefixItems\":["
                + join(
                        40,
                        i -> "{\"$ref\":\"#/$defs/wide\",\"anyOf\":["
                                + join(90, j -> "{\"required\":[\"p" + j + "\"],\"maxProperties\":" + (500 + i) + "}")
                                + "]}")
                + "]}";
    }

    private static String longKeys() {
        return "{\"type\":\"object\",\"properties\":{\"" + "k".repeat(32_000) + "\":true},\"anyOf\":["
                + join(90, j -> "{\"required\":[\"p" + j + "\"]}") + "]}";
    }

    private static String join(int count, IntFunction<String> part) {
        return IntStream.range(0, count).mapToObj(part).collect(Collectors.joining(","));
    }

    private static Arguments of(String name, String schema) {
        return Arguments.of(name, schema);
    }
}
