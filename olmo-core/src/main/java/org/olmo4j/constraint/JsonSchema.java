package org.olmo4j.constraint;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.hash.Sha256;
import org.olmo4j.text.ToolDefinition;
import org.olmo4j.text.ToolUse;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JSON schema (draft 2020-12) that an answer can be held to. Every keyword is either held, or an annotation, or refused by name when the
 * schema is parsed. Immutable and thread-safe; equal to a schema with the same text, apart from white space.
 *
 * <p>Held are: {@code true}, {@code false}, {@code type}, {@code enum}, {@code const}, {@code allOf}, {@code anyOf}, {@code $ref} within the
 * schema, recursive too; {@code oneOf} if its branches exclude each other; of strings {@code minLength}, {@code maxLength}, {@code pattern}
 * (regular expressions without look-around, back references, word borders and {@code \p}), and {@code format} of date, time, date-time,
 * duration, uuid, email, hostname, ipv4, ipv6, uri (others describe only); of numbers {@code minimum}, {@code maximum},
 * {@code exclusiveMinimum}, {@code exclusiveMaximum}, {@code multipleOf} of 1, 0.1, 0.01 and so on, and the formats int32 and int64; of arrays
 * {@code items}, {@code prefixItems}, {@code minItems}, {@code maxItems}; of objects {@code properties}, {@code required},
 * {@code additionalProperties}, {@code minProperties}, {@code maxProperties}.
 *
 * <p>Annotations are {@code title}, {@code description}, {@code default}, {@code examples}, {@code deprecated}, {@code readOnly},
 * {@code writeOnly}, {@code content...}, {@code $schema}, {@code $id}, {@code $anchor}, {@code $comment}, and names that begin with
 * {@code x-}.
 *
 * <p>What is written is a part of what the schema allows:
 *
 * <ul>
 *   <li>one space at most after a comma or a colon, and no other white space,
 *   <li>properties in the order of the schema, then additional ones; no key twice. An object whose {@code properties} are listed has additional
 *       ones only if {@code additionalProperties} says so,
 *   <li>where {@code type} is left open, values of the types that other keywords describe,
 *   <li>keys, listed values and strings with a pattern or a format with as few escapes as possible,
 *   <li>numbers of at most 18 digits before and 17 behind the point, or as many as their bounds have; an exponent of two digits only where
 *       nothing but the type is asked; integers without a fraction,
 *   <li>at most 64 levels of arrays and objects.
 * </ul>
 *
 * <p>Source: JSON Schema Core and Validation, draft 2020-12 (json-schema.org).
 */
public final class JsonSchema {

    /** Longest text of a schema, in characters. */
    public static final int MAX_LENGTH = 256 * 1024;

    private static final int MAX_NESTING = 256;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .maxNumberLength(64)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final JsonSchema ANY_VALUE = parse("true");
    private static final JsonSchema ANY_OBJECT = parse("{\"type\":\"object\"}");

    private final String text;
    private final Map<String, SchemaNode> nodes;

    private JsonSchema(String text, Map<String, SchemaNode> nodes) {
        this.text = text;
        this.nodes = nodes;
    }

    /**
     * A name for the schema, equal for equal ones.
     *
     * @return hexadecimal SHA-256 of its text without white space, in UTF-8
     */
    public String hash() {
        return Sha256.hex(text);
    }

    /**
     * Reads a schema and checks every keyword that can be reached.
     *
     * @param json the schema: an object, {@code true} or {@code false}; at most {@link #MAX_LENGTH} characters
     * @return the schema
     * @throws InvalidRequestException if it is not JSON, or has a keyword that cannot be held; the message names the keyword and its JSON
     *     pointer
     */
    public static JsonSchema parse(String json) {
        if (json.length() > MAX_LENGTH) {
            throw SchemaRefusal.of("The JSON schema has " + json.length() + " characters", "Use at most " + MAX_LENGTH);
        }
        JsonNode root;
        try {
            root = MAPPER.readTree(json);
        } catch (JacksonException malformed) {
            throw invalid(malformed.getOriginalMessage());
        } catch (NumberFormatException huge) { // Jackson's own, for an exponent that no BigDecimal has
            throw invalid(String.valueOf(huge.getMessage()));
        }
        return new JsonSchema(root.toString(), SchemaReader.read(root));
    }

    /**
     * What an answer has to be held to, so that calls of tools can be read in it.
     *
     * @param use of the tools
     * @return empty if any text can be read
     * @throws InvalidRequestException naming the tool whose parameters cannot be held
     */
    public static Optional<JsonSchema> ofAnswer(ToolUse use) {
        for (ToolDefinition tool : use.described()) {
            try {
                parse(tool.parameters());
            } catch (InvalidRequestException unheld) {
                throw new InvalidRequestException(
                        "tools",
                        "Calls of the tool " + tool.name() + " cannot be held to its parameters: " + unheld.problem(),
                        unheld.hint());
            }
        }
        return use.answerSchema().map(JsonSchema::parse);
    }

    /**
     * Any JSON value.
     *
     * @return the schema {@code true}
     */
    public static JsonSchema anyValue() {
        return ANY_VALUE;
    }

    /**
     * Any JSON object, as OpenAI's response format {@code json_object} asks for.
     *
     * @return the schema of all objects
     */
    public static JsonSchema anyObject() {
        return ANY_OBJECT;
    }

    /**
     * The schema as JSON.
     *
     * @return without white space; keys in their order
     */
    public String text() {
        return text;
    }

    Map<String, SchemaNode> nodes() {
        return nodes;
    }

    private static InvalidRequestException invalid(String message) {
        int end = message.indexOf('\n');
        return SchemaRefusal.of(
                "The JSON schema is not valid JSON: " + (end < 0 ? message : message.substring(0, end)),
                "Give one JSON object, without duplicate keys");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonSchema schema && schema.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Its size only: a schema may say what a prompt is about. */
    @Override
    public String toString() {
        return "JsonSchema of " + text.length() + " characters";
    }
}
