package org.olmo4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.error.InvalidRequestException;

class JsonSchemaTest {

    private static final TokenConstraints CONSTRAINTS = SingleBytes.constraints();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "patternProperties",
                "propertyNames",
                "unevaluatedProperties",
                "unevaluatedItems",
                "dependentRequired",
                "dependentSchemas",
                "dependencies",
                "contains",
                "minContains",
                "additionalItems",
                "if",
                "then",
                "else",
                "not",
                "$dynamicRef",
                "$recursiveRef",
                "nullable",
                "tpye"
            })
    void aKeywordThatCannotBeHeldIsRefusedByNameAndPlace(String keyword) {
        String schema = "{\"type\":\"object\",\"properties\":{\"a/b\":{\"" + keyword + "\":{}}}}";

        InvalidRequestException refusal = refusal(schema);

        assertThat(refusal.parameter()).isEqualTo("json_schema");
        assertThat(refusal.problem()).contains("'" + keyword + "'").contains("/properties/a~1b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{\"uniqueItems\":true} ~ uniqueItems",
                "{\"multipleOf\":3} ~ multipleOf",
                "{\"multipleOf\":0} ~ multipleOf",
                "{\"type\":\"int\"} ~ type",
                "{\"type\":[]} ~ type",
                "{\"type\":5} ~ type",
                "{\"minLength\":-1} ~ minLength",
                "{\"minLength\":1.5} ~ minLength",
                "{\"maxItems\":\"3\"} ~ maxItems",
                "{\"minimum\":\"0\"} ~ minimum",
                "{\"exclusiveMinimum\":true} ~ exclusiveMinimum",
                "{\"minimum\":1e500} ~ minimum",
                "{\"enum\":[]} ~ enum",
                "{\"enum\":{}} ~ enum",
                "{\"const\":1e999} ~ const",
                "{\"const\":\"\\ud800\"} ~ const",
                "{\"required\":\"a\"} ~ required",
                "{\"required\":[1]} ~ required",
                "{\"properties\":[]} ~ properties",
                "{\"items\":[{}]} ~ prefixItems",
                "{\"items\":5} ~ /items",
                "{\"anyOf\":[]} ~ anyOf",
                "{\"allOf\":{}} ~ allOf",
                "{\"$ref\":\"#/$defs/x\"} ~ #/$defs/x",
                "{\"$ref\":\"http://example.com/s\"} ~ http://example.com/s",
                "{\"$ref\":\"#anchor\"} ~ #anchor",
                "{\"additionalProperties\":1} ~ /additionalProperties",
                "[] ~ its root",
                "5 ~ its root",
                "{\"type\":\"null\",\"type\":\"null\"} ~ Duplicate",
                "{\"type\":\"null\"} x ~ JSON",
                "{ ~ JSON"
            })
    void aValueThatIsWrongIsRefusedWithItsPlace(String schema, String named) {
        assertThat(refusal(schema).problem() + refusal(schema).hint()).contains(named);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{\"pattern\":\"(?=a)\"} ~ (?",
                "{\"pattern\":\"(?<!a)b\"} ~ (?",
                "{\"pattern\":\"(a)\\\\1\"} ~ \\1",
                "{\"pattern\":\"\\\\bword\"} ~ \\b",
                "{\"pattern\":\"\\\\p{L}\"} ~ \\p",
                "{\"pattern\":\"a{2000}\"} ~ repetition",
                "{\"pattern\":\"a(b$)\"} ~ '$'",
                "{\"pattern\":\"a^\"} ~ '^'",
                "{\"pattern\":\"(a\"} ~ not closed",
                "{\"pattern\":\"[a\"} ~ not closed",
                "{\"pattern\":\"a)\"} ~ unmatched",
                "{\"pattern\":\"*a\"} ~ quantifier",
                "{\"pattern\":\"a**\"} ~ quantifier",
                "{\"pattern\":\"a{2,1}\"} ~ quantifier",
                "{\"pattern\":\"[z-a]\"} ~ range",
                "{\"pattern\":\"\\\\\"} ~ backslash",
                "{\"pattern\":\"^((a|b)*a(a|b){14})$\"} ~ states"
            })
    void aPatternThatIsNotRegularOrTooLargeIsRefused(String schema, String named) {
        InvalidRequestException refusal = uncompiled(schema);

        assertThat(refusal.problem()).contains("'pattern'").contains(named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "false",
                "{\"allOf\":[{\"type\":\"string\"},{\"type\":\"number\"}]}",
                "{\"type\":\"object\",\"properties\":{\"a\":false},\"required\":[\"a\"]}",
                "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"a\"]}",
                "{\"type\":\"array\",\"items\":false,\"minItems\":1}",
                "{\"type\":\"array\",\"minItems\":3,\"maxItems\":2}",
                "{\"type\":\"integer\",\"minimum\":3,\"maximum\":2}",
                "{\"type\":\"integer\",\"minimum\":3.2,\"maximum\":3.8}",
                "{\"type\":\"string\",\"minLength\":3,\"maxLength\":2}",
                "{\"type\":\"string\",\"pattern\":\"^a$\",\"minLength\":2}",
                "{\"type\":\"string\",\"enum\":[1,2]}",
                "{\"type\":\"object\",\"minProperties\":2,\"properties\":{\"a\":true}}",
                "{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#\"}},\"required\":[\"next\"]}",
            })
    void aSchemaThatNoValueConformsToIsRefused(String schema) {
        assertThat(uncompiled(schema).problem()).startsWith("No JSON value");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}",
                "{\"oneOf\":[{\"type\":\"string\"},{\"maxLength\":3}]}",
                "{\"type\":\"object\",\"properties\":{\"a\":true,\"b\":true},\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}",
                "{\"oneOf\":[{\"const\":1},{\"enum\":[1.0,2]}]}",
                "{\"oneOf\":[{\"type\":\"array\",\"items\":{\"type\":\"null\"}},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]}",
                "{\"oneOf\":[{},{\"type\":\"null\"}]}"
            })
    void oneOfIsRefusedWhereTwoBranchesMayMatch(String schema) {
        assertThat(uncompiled(schema).problem()).contains("'oneOf'").contains("branches 0 and 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"oneOf\":[{\"type\":\"integer\",\"maximum\":4},{\"type\":\"integer\",\"exclusiveMinimum\":4}]}",
                "{\"oneOf\":[{\"type\":\"string\",\"pattern\":\"^a\"},{\"type\":\"string\",\"pattern\":\"^b\"}]}",
                "{\"oneOf\":[{\"const\":1},{\"enum\":[2,\"1\"]}]}",
                "{\"type\":\"object\",\"oneOf\":[{\"properties\":{\"a\":true},\"required\":[\"a\"]},{\"properties\":{\"b\":true},\"required\":[\"b\"]}]}",
                "{\"oneOf\":[{\"type\":\"object\",\"properties\":{\"k\":{\"const\":\"x\"}},\"required\":[\"k\"]},"
                        + "{\"type\":\"object\",\"properties\":{\"k\":{\"const\":\"y\"}},\"required\":[\"k\"]}]}"
            })
    void oneOfIsHeldWhereItsBranchesExcludeEachOther(String schema) {
        assertThat(CONSTRAINTS.compile(JsonSchema.parse(schema))).isNotNull();
    }

    @Test
    void aReferenceToItselfThatSaysNothingIsRefused() {
        assertThat(uncompiled("{\"$ref\":\"#\"}").problem()).contains("refers to itself");
        assertThat(uncompiled(
                                "{\"$defs\":{\"a\":{\"anyOf\":[{\"$ref\":\"#/$defs/b\"}]},\"b\":{\"$ref\":\"#/$defs/a\"}},"
                                    + "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/a\"}}")
                        .problem())
                .contains("refers to itself");
    }

    @Test
    void whatCannotBeReachedIsNotLookedAt() {
        JsonSchema schema = JsonSchema.parse("{\"$defs\":{\"unused\":{\"not\":{}}},\"type\":\"null\"}");

        assertThat(SingleBytes.accepts(CONSTRAINTS.compile(schema), "null")).isTrue();
    }

    @Test
    void schemasAreEqualIfTheirTextIsApartFromWhiteSpace() {
        JsonSchema schema = JsonSchema.parse("{ \"type\" : \"null\" }");

        assertThat(schema)
                .isEqualTo(JsonSchema.parse("{\"type\":\"null\"}"))
                .hasSameHashCodeAs(JsonSchema.parse("{\"type\":\"null\"}"));
        assertThat(schema).isNotEqualTo(JsonSchema.parse("{\"type\":\"string\"}"));
        assertThat(schema.text()).isEqualTo("{\"type\":\"null\"}");
    }

    /** Requests are logged by some callers, and a schema says what a prompt is about. */
    @Test
    void itsTextDoesNotShowInToString() {
        assertThat(JsonSchema.parse("{\"title\":\"secret\"}").toString()).doesNotContain("secret");
    }

    @Test
    void anyObjectAndAnyValueAreWhatTheySay() {
        assertThat(SingleBytes.accepts(CONSTRAINTS.compile(JsonSchema.anyObject()), "{\"a\":[1]}"))
                .isTrue();
        assertThat(SingleBytes.accepts(CONSTRAINTS.compile(JsonSchema.anyObject()), "[]"))
                .isFalse();
        assertThat(SingleBytes.accepts(CONSTRAINTS.compile(JsonSchema.anyValue()), "[]"))
                .isTrue();
    }

    private static InvalidRequestException refusal(String schema) {
        return catchThrowableOfType(InvalidRequestException.class, () -> JsonSchema.parse(schema));
    }

    private static InvalidRequestException uncompiled(String schema) {
        JsonSchema parsed = JsonSchema.parse(schema);
        assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> CONSTRAINTS.compile(parsed));
        return catchThrowableOfType(InvalidRequestException.class, () -> CONSTRAINTS.compile(parsed));
    }
}
