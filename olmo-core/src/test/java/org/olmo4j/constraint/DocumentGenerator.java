package org.olmo4j.constraint;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes random documents that conform to a schema, in the form that {@link JsonSchema} describes. Knows nothing of the automaton; where a
 * schema has examples (as those with a pattern have), one of them is taken.
 */
final class DocumentGenerator {

    private static final int DEEPEST = 5;

    private final JsonNode root;
    private final Random random;

    DocumentGenerator(JsonNode root, Random random) {
        this.root = root;
        this.random = random;
    }

    String document() {
        return value(root, 0);
    }

    private String value(JsonNode schema, int depth) {
        if (schema.isBoolean()) {
            return anything(depth);
        }
        for (String listed : List.of("examples", "enum")) {
            if (schema.has(listed)) {
                return written(pick(List.copyOf(schema.get(listed).values())));
            }
        }
        if (schema.has("const")) {
            return written(schema.get("const"));
        }
        if (schema.has("$ref")) {
            return value(root.at(schema.get("$ref").stringValue().substring(1)), depth);
        }
        for (String choice : List.of("anyOf", "oneOf")) {
            if (schema.has(choice)) {
                return value(branch(List.copyOf(schema.get(choice).values()), depth), depth);
            }
        }
        return switch (type(schema)) {
            case "null" -> "null";
            case "boolean" -> String.valueOf(random.nextBoolean());
            case "integer" -> number(schema, true);
            case "number" -> number(schema, false);
            case "string" -> string(schema);
            case "array" -> array(schema, depth);
            case "object" -> object(schema, depth);
            default -> anything(depth);
        };
    }

    /** Where it is deep, the branch that leads out of a recursion: a scalar. */
    private JsonNode branch(List<JsonNode> branches, int depth) {
        if (depth < DEEPEST) {
            return pick(branches);
        }
        return branches.stream()
                .filter(branch ->
                        branch.has("type") && !branch.get("type").asString().equals("object"))
                .findFirst()
                .orElse(branches.getFirst());
    }

    private String type(JsonNode schema) {
        if (schema.has("type")) {
            JsonNode type = schema.get("type");
            return type.isArray() ? pick(List.copyOf(type.values())).stringValue() : type.stringValue();
        }
        return schema.has("properties") ? "object" : "";
    }

    private String anything(int depth) {
        return switch (random.nextInt(depth < DEEPEST ? 6 : 4)) {
            case 0 -> "null";
            case 1 -> "true";
            case 2 -> freeNumber();
            case 3 -> freeString(random.nextInt(8));
            case 4 -> joined("[", "]", random.nextInt(4), () -> anything(depth + 1));
            default -> map(random.nextInt(4), () -> anything(depth + 1));
        };
    }

    private String number(JsonNode schema, boolean integer) {
        boolean free = List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "format").stream()
                .noneMatch(schema::has);
        if (free && !integer) {
            return freeNumber();
        }
        String format = schema.path("format").asString("");
        BigDecimal most = format.equals("int32")
                ? BigDecimal.valueOf(Integer.MAX_VALUE)
                : new BigDecimal("1e18").subtract(BigDecimal.ONE);
        BigDecimal low = bound(schema, "minimum", "exclusiveMinimum", most.negate(), BigDecimal.ONE);
        BigDecimal high = bound(schema, "maximum", "exclusiveMaximum", most, BigDecimal.ONE.negate());
        if (integer) {
            BigInteger range = high.subtract(low).toBigInteger().add(BigInteger.ONE);
            return low.toBigInteger().add(new BigInteger(80, random).mod(range)).toString();
        }
        BigDecimal share = BigDecimal.valueOf(random.nextInt(1, 1000)).movePointLeft(3);
        BigDecimal inside =
                low.add(high.subtract(low).multiply(share)).setScale(1 + random.nextInt(9), RoundingMode.HALF_UP);
        return (inside.compareTo(low) > 0 && inside.compareTo(high) < 0
                        ? inside
                        : low.add(high).divide(BigDecimal.TWO))
                .toPlainString();
    }

    /** Exclusive bounds of integers are moved by one, those of other numbers are not reached anyway. */
    private BigDecimal bound(JsonNode schema, String inclusive, String exclusive, BigDecimal open, BigDecimal step) {
        if (schema.has(inclusive)) {
            return schema.get(inclusive).decimalValue();
        }
        if (schema.has(exclusive)) {
            BigDecimal bound = schema.get(exclusive).decimalValue();
            return schema.get("type").asString().equals("integer") ? bound.add(step) : bound;
        }
        return open;
    }

    private String freeNumber() {
        return pick(List.of(
                "0", "-1", "12", "0.5", "-0.25", "1e5", "12.5E+10", "-3e-07", "123456789012345678", "0e0", "1.00"));
    }

    private String string(JsonNode schema) {
        int least = schema.path("minLength").asInt(0);
        int most = schema.path("maxLength").asInt(least + 12);
        return freeString(least + random.nextInt(most - least + 1));
    }

    /** So many characters, each written in one of the ways of JSON. */
    private String freeString(int characters) {
        List<String> forms = List.of(
                "a",
                "Z",
                " ",
                "é",
                "日",
                "😀",
                "\\\"",
                "\\\\",
                "\\/",
                "\\n",
                "\\t",
                "\\u00e9",
                "\\u0000",
                "\\uD83D\\ude00",
                "\u007f",
                "{",
                ",");
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < characters; i++) {
            text.append(pick(forms));
        }
        return text.append('"').toString();
    }

    private String array(JsonNode schema, int depth) {
        List<JsonNode> first = schema.has("prefixItems")
                ? List.copyOf(schema.get("prefixItems").values())
                : List.of();
        JsonNode rest = schema.path("items");
        int least = schema.path("minItems").asInt(0);
        int most = schema.path("maxItems").asInt(rest.isBoolean() ? first.size() : least + 4);
        int count = depth >= DEEPEST ? least : least + random.nextInt(most - least + 1);
        List<String> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(
                    i < first.size()
                            ? value(first.get(i), depth + 1)
                            : rest.isMissingNode() ? anything(depth + 1) : value(rest, depth + 1));
        }
        return joined("[", "]", items);
    }

    private String object(JsonNode schema, int depth) {
        List<String> required = schema.has("required")
                ? schema.get("required")
                        .valueStream()
                        .map(JsonNode::stringValue)
                        .toList()
                : List.of();
        Map<String, String> members = new LinkedHashMap<>();
        if (schema.has("properties")) {
            schema.get("properties").forEachEntry((key, value) -> {
                if (required.contains(key) || (depth < DEEPEST && random.nextBoolean())) {
                    members.put(written(key), value(value, depth + 1));
                }
            });
        }
        required.forEach(key -> members.computeIfAbsent(written(key), _ -> anything(depth + 1)));
        JsonNode additional = schema.path("additionalProperties");
        boolean open = additional.isObject() || (additional.isMissingNode() && !schema.has("properties"));
        if (open) {
            int least = Math.max(0, schema.path("minProperties").asInt(0) - members.size());
            int most = Math.max(0, schema.path("maxProperties").asInt(6) - members.size());
            int count = least + random.nextInt(most - least + 1);
            for (int i = 0; i < count; i++) {
                String key = "\"" + pick(List.of("k", "é", "a b", "\\\"", "\\\\")) + i + '"';
                members.put(key, additional.isObject() ? value(additional, depth + 1) : anything(depth + 1));
            }
        }
        return joined(
                "{",
                "}",
                members.entrySet().stream()
                        .map(member -> member.getKey() + colon() + member.getValue())
                        .toList());
    }

    private String map(int members, Supplier<String> value) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            all.add("\"key " + i + '"' + colon() + value.get());
        }
        return joined("{", "}", all);
    }

    private String joined(String open, String close, int count, Supplier<String> value) {
        return joined(
                open,
                close,
                Collections.nCopies(count, 0).stream().map(_ -> value.get()).toList());
    }

    private String joined(String open, String close, List<String> parts) {
        return parts.stream().collect(Collectors.joining(random.nextBoolean() ? "," : ", ", open, close));
    }

    private String colon() {
        return random.nextBoolean() ? ":" : ": ";
    }

    /** A given value: shortest escapes, numbers without needless zeros. */
    private String written(JsonNode value) {
        if (value.isArray()) {
            return joined("[", "]", value.valueStream().map(this::written).toList());
        }
        if (value.isObject()) {
            List<String> members = new ArrayList<>();
            value.forEachEntry((key, member) -> members.add(written(key) + colon() + written(member)));
            return joined("{", "}", members);
        }
        return value.isString() ? written(value.stringValue()) : value.toString();
    }

    private static String written(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }

    private <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
