package org.olmo4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What each keyword allows and what not, by hand after the specification. */
class KeywordTest {

    private static final TokenConstraints CONSTRAINTS = SingleBytes.constraints();

    static Stream<Arguments> keywords() {
        return Stream.of(
                of("type", "{'type':'boolean'}", List.of("true", "false"), List.of("null", "0", "'true'", "")),
                of(
                        "several types",
                        "{'type':['string','null']}",
                        List.of("null", "''", "'a'"),
                        List.of("1", "nul", "[]")),
                of("integer", "{'type':'integer'}", List.of("0", "-1", "42"), List.of("-0", "01", "1.0", "1e2", "+1")),
                of(
                        "number",
                        "{'type':'number'}",
                        List.of("0", "-1.5", "1e5", "1.25E-07", "0.0"),
                        List.of(".5", "1.", "1e", "1e999", "-", "NaN", "01.5", "-0", "-0.0")),
                of("enum", "{'enum':['a',1,null]}", List.of("'a'", "1", "null"), List.of("'b'", "2", "11", "1.0")),
                of("const", "{'const':{'a':[1]}}", List.of("{'a':[1]}", "{'a': [1]}"), List.of("{}", "{'a':[1,1]}")),
                of(
                        "enum with a type beside",
                        "{'type':'string','enum':['a',1,null,'bcd'],'maxLength':2}",
                        List.of("'a'"),
                        List.of("1", "null", "'bcd'")),
                of("minLength", "{'type':'string','minLength':2}", List.of("'ab'", "'日本'"), List.of("'a'", "'日'")),
                of(
                        "maxLength",
                        "{'type':'string','maxLength':2}",
                        List.of("''", "'ab'", "'😀😀'", "'\\ud83d\\ude00x'"),
                        List.of("'abc'", "'😀😀😀'", "'\\n\\n\\n'")),
                of(
                        "pattern",
                        "{'type':'string','pattern':'^[a-c]+$'}",
                        List.of("'a'", "'cab'"),
                        List.of("''", "'d'", "'ad'")),
                of("pattern anywhere", "{'pattern':'b'}", List.of("'b'", "'abc'"), List.of("'ac'", "1")),
                of(
                        "pattern with characters that are escaped",
                        "{'pattern':'^[\\\\n\\\\\\\"x]$'}",
                        List.of("'\\n'", "'\\\"'", "'x'"),
                        List.of("'n'", "'\\\\'", "'\\u000a'")),
                of(
                        "format date",
                        "{'type':'string','format':'date'}",
                        List.of("'2024-02-29'"),
                        List.of("'2023-02-29'", "'2023-13-01'", "'23-01-01'")),
                of("unknown format", "{'type':'string','format':'colour'}", List.of("'x'"), List.of("1")),
                of("minimum", "{'type':'integer','minimum':12}", List.of("12", "100"), List.of("11", "2", "-12")),
                of(
                        "maximum",
                        "{'type':'number','maximum':1.5}",
                        List.of("1.5", "1.49", "-9", "1"),
                        List.of("1.51", "2", "10")),
                of(
                        "exclusive bounds",
                        "{'type':'number','exclusiveMinimum':-1,'exclusiveMaximum':1}",
                        List.of("0", "0.999", "-0.5"),
                        List.of("1", "-1", "1.0", "-1.000")),
                of("multipleOf", "{'type':'number','multipleOf':0.1}", List.of("1", "1.5"), List.of("1.55", "1e1")),
                of(
                        "int32",
                        "{'type':'integer','format':'int32'}",
                        List.of("2147483647", "-2147483648"),
                        List.of("2147483648")),
                of(
                        "items",
                        "{'type':'array','items':{'type':'null'}}",
                        List.of("[]", "[null, null]"),
                        List.of("[1]", "[null,]")),
                of(
                        "prefixItems",
                        "{'type':'array','prefixItems':[{'type':'null'}],'items':{'type':'boolean'}}",
                        List.of("[]", "[null]", "[null,true,false]"),
                        List.of("[true]", "[null,null]")),
                of(
                        "minItems and maxItems",
                        "{'type':'array','items':{'const':1},'minItems':1,'maxItems':2}",
                        List.of("[1]", "[1,1]"),
                        List.of("[]", "[1,1,1]")),
                of(
                        "properties in their order",
                        "{'type':'object','properties':{'b':{'const':1},'a':{'const':2}}}",
                        List.of("{}", "{'b':1}", "{'a':2}", "{'b': 1, 'a': 2}"),
                        List.of("{'a':2,'b':1}", "{'b':2}", "{'b':1,'b':1}", "{'c':1}", "{'b':1,}")),
                of(
                        "required",
                        "{'type':'object','properties':{'a':{'const':1},'b':{'const':2}},'required':['b']}",
                        List.of("{'b':2}", "{'a':1,'b':2}"),
                        List.of("{}", "{'a':1}")),
                of(
                        "additionalProperties",
                        "{'type':'object','properties':{'a':{'const':1}},'additionalProperties':{'const':2}}",
                        List.of("{}", "{'a':1,'x':2,'ab':2}", "{'x':2}", "{'\\\"':2}"),
                        List.of("{'x':1}", "{'x':2,'a':1}", "{'x':2,'x':2}", "{'a':2}", "{'x':2,'y':2,'x':2}")),
                of(
                        "additionalProperties left open",
                        "{'type':'object'}",
                        List.of("{}", "{'a':[{}]}", "{'a':{'a':1},'b':{'a':1}}"),
                        List.of("{'a':1,'a':2}", "[]")),
                of(
                        "minProperties and maxProperties",
                        "{'type':'object','properties':{'a':{'const':1},'b':{'const':1},'c':{'const':1}},"
                                + "'minProperties':2,'maxProperties':2}",
                        List.of("{'a':1,'b':1}", "{'b':1,'c':1}", "{'a':1,'c':1}"),
                        List.of("{}", "{'c':1}", "{'a':1,'b':1,'c':1}")),
                of(
                        "anyOf",
                        "{'anyOf':[{'const':'ab'},{'const':'ac'}]}",
                        List.of("'ab'", "'ac'"),
                        List.of("'ad'", "'a'")),
                of(
                        "anyOf beside other keywords",
                        "{'type':'integer','anyOf':[{'maximum':3},{'minimum':8}]}",
                        List.of("3", "8", "-77"),
                        List.of("5", "'a'")),
                of("oneOf", "{'oneOf':[{'type':'null'},{'type':'boolean'}]}", List.of("null", "true"), List.of("1")),
                of(
                        "allOf",
                        "{'allOf':[{'type':'string','minLength':2},{'maxLength':2},{'pattern':'^a'}]}",
                        List.of("'ab'"),
                        List.of("'a'", "'abc'", "'ba'")),
                of(
                        "allOf of objects of which one is closed",
                        "{'allOf':[{'type':'object','properties':{'a':{'type':'integer'}},'additionalProperties':false},"
                            + "{'properties':{'a':{'minimum':5},'b':true}}]}",
                        List.of("{}", "{'a':5}"),
                        List.of("{'a':4}", "{'b':1}")),
                of(
                        "$ref",
                        "{'$defs':{'a/b':{'type':'null'}},'type':'array','items':{'$ref':'#/$defs/a~1b'}}",
                        List.of("[]", "[null]"),
                        List.of("[1]")),
                of(
                        "$ref with an escape and keywords beside it",
                        "{'$defs':{'a b':{'type':'integer'}},'$ref':'#/$defs/a%20b','minimum':7}",
                        List.of("7"),
                        List.of("6", "'a'")),
                of(
                        "recursion",
                        "{'type':'array','items':{'$ref':'#'}}",
                        List.of("[]", "[[],[[]]]"),
                        List.of("[1]", "[[]")),
                of("true", "true", List.of("null", "{'a':[1,'x',{}]}", "[[], {}]"), List.of("", "{", "nil")),
                of("a part that is false", "{'type':'array','items':false}", List.of("[]"), List.of("[1]")),
                of(
                        "annotations",
                        "{'title':'x','x-order':1,'default':5,'type':'null'}",
                        List.of("null"),
                        List.of("1")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keywords")
    void allowsWhatTheSchemaAllowsAndNothingElse(
            String name, String schema, List<String> allowed, List<String> others) {
        TokenConstraint constraint = CONSTRAINTS.compile(JsonSchema.parse(quoted(schema)));

        assertThat(allowed)
                .allSatisfy(text -> assertThat(SingleBytes.accepts(constraint, quoted(text)))
                        .isTrue());
        assertThat(others)
                .allSatisfy(text -> assertThat(SingleBytes.accepts(constraint, quoted(text)))
                        .isFalse());
    }

    @Test
    void oneSpaceMayStandAfterACommaOrAColonAndNowhereElse() {
        TokenConstraint constraint = CONSTRAINTS.compile(JsonSchema.anyValue());

        assertThat(List.of("[1, 2]", "[1,2]", "{\"a\": 1, \"b\": [1]}"))
                .allSatisfy(text ->
                        assertThat(SingleBytes.accepts(constraint, text)).isTrue());
        assertThat(List.of(" 1", "1 ", "[ 1]", "[1 ]", "[1 ,2]", "[1,  2]", "{ }", "{\"a\" :1}", "[1,\n2]", "[1,\t2]"))
                .allSatisfy(text ->
                        assertThat(SingleBytes.accepts(constraint, text)).isFalse());
    }

    /** A schema may leave the type open, but describes what its author wants. */
    @Test
    void anOpenTypeIsWhatTheOtherKeywordsDescribe() {
        TokenConstraint constraint = CONSTRAINTS.compile(JsonSchema.parse("{\"minLength\":2,\"minimum\":5}"));

        assertThat(SingleBytes.accepts(constraint, "\"ab\"")).isTrue();
        assertThat(SingleBytes.accepts(constraint, "5")).isTrue();
        assertThat(SingleBytes.accepts(constraint, "null")).isFalse();
    }

    @Test
    void nestingEndsWhereEveryReaderCanFollow() {
        TokenConstraint constraint = CONSTRAINTS.compile(JsonSchema.anyValue());

        assertThat(SingleBytes.accepts(constraint, "[".repeat(64) + "]".repeat(64)))
                .isTrue();
        assertThat(SingleBytes.accepts(constraint, "[".repeat(65) + "]".repeat(65)))
                .isFalse();
    }

    /** At the limit of nesting only what can still be closed is begun. */
    @Test
    void aRequiredPartIsTakenIntoAccountBeforeItsLevelIsOpened() {
        String level =
                "{'type':'object','properties':{'next':{'$ref':'#'},'end':{'type':'array','items':{'type':'array',"
                        + "'items':{'type':'null'},'minItems':1},'minItems':1}},'required':['end']}";
        TokenConstraint constraint = CONSTRAINTS.compile(JsonSchema.parse(quoted(level)));
        String end = "\"end\":[[null]]}";

        assertThat(SingleBytes.accepts(constraint, "{\"next\":".repeat(61) + "{" + (end + ",").repeat(61) + end))
                .isTrue();
        assertThat(SingleBytes.accepts(constraint, "{\"next\":".repeat(62) + "{" + (end + ",").repeat(62) + end))
                .isFalse();
    }

    private static Arguments of(String name, String schema, List<String> allowed, List<String> others) {
        return Arguments.of(name, schema, allowed, others);
    }

    private static String quoted(String text) {
        return text.replace('\'', '"');
    }
}
