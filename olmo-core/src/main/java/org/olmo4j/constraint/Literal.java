package org.olmo4j.constraint;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * A value of {@code enum} or {@code const}. Two are equal if they are the same JSON value: 1 and 1.0 are, and so are objects whose members
 * differ in their order only.
 */
final class Literal {

    private static final int LONGEST_PLAIN_NUMBER = 40;

    private final JsonNode value;
    private final String identity;

    /** A value whose numbers are doubles and whose texts are Unicode, which {@link SchemaReader} checks. */
    Literal(JsonNode value) {
        this.value = value;
        this.identity = identity(value);
    }

    JsonNode value() {
        return value;
    }

    JsonType type() {
        return JsonType.of(value);
    }

    /** Whether it is no array and no object. */
    boolean scalar() {
        return !value.isContainer();
    }

    /** How a scalar is written. */
    byte[] text() {
        return identity.getBytes(StandardCharsets.UTF_8);
    }

    private static String identity(JsonNode value) {
        return switch (JsonType.of(value)) {
            case NULL -> "null";
            case BOOLEAN -> String.valueOf(value.booleanValue());
            case NUMBER -> number(value.decimalValue());
            case STRING -> quoted(value.stringValue());
            case ARRAY -> value.valueStream().map(Literal::identity).collect(Collectors.joining(",", "[", "]"));
            case OBJECT -> {
                Map<String, String> sorted = new TreeMap<>();
                value.forEachEntry((key, member) -> sorted.put(key, quoted(key) + ":" + identity(member)));
                yield sorted.values().stream().collect(Collectors.joining(",", "{", "}"));
            }
        };
    }

    private static String quoted(String text) {
        return '"' + new String(JsonText.encode(text), StandardCharsets.UTF_8) + '"';
    }

    private static String number(BigDecimal number) {
        BigDecimal shortest = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
        boolean plain = Math.max(shortest.scale(), shortest.precision() - shortest.scale()) <= LONGEST_PLAIN_NUMBER;
        return plain ? shortest.toPlainString() : shortest.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Literal literal && literal.identity.equals(identity);
    }

    @Override
    public int hashCode() {
        return identity.hashCode();
    }
}
