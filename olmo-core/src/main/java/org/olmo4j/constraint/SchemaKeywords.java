package org.olmo4j.constraint;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.InvalidRequestException;
import tools.jackson.databind.JsonNode;

/** Gathers what the keywords of one schema object say into a {@link Shape}. */
final class SchemaKeywords {

    /** Most of anything that is counted, apart from the length of strings. */
    private static final int MAX_COUNT = 100_000;
    /** An answer of this many characters is longer than any context. */
    private static final int MAX_MINIMUM_LENGTH = 100_000;

    private static final int MAX_VALUES = 10_000;
    private static final int MAX_PROPERTIES = 1_000;
    private static final BigDecimal INT_MAX = BigDecimal.valueOf(Integer.MAX_VALUE);
    private static final BigDecimal INT_MIN = BigDecimal.valueOf(Integer.MIN_VALUE);
    private static final BigDecimal LONG_MAX = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final BigDecimal LONG_MIN = BigDecimal.valueOf(Long.MIN_VALUE);

    private final String pointer;
    private final SchemaReader reader;
    private final EnumSet<JsonType> described = EnumSet.noneOf(JsonType.class);
    private @Nullable EnumSet<JsonType> types;
    private @Nullable List<Literal> values;
    private StringLimits strings = StringLimits.NONE;
    private NumberLimits numbers = NumberLimits.NONE;
    private List<Conjunction> firstItems = List.of();
    private Conjunction items = Conjunction.ANY;
    private int minItems;
    private int maxItems = ArrayLimits.UNLIMITED;
    private Map<String, Conjunction> properties = Map.of();
    private Set<String> required = Set.of();
    private Optional<Conjunction> additional = Optional.empty();
    private int minProperties;
    private int maxProperties = ObjectLimits.UNLIMITED;

    /**
     * Begins with nothing said.
     *
     * @param pointer of the schema
     * @param reader that reads its children
     */
    SchemaKeywords(String pointer, SchemaReader reader) {
        this.pointer = pointer;
        this.reader = reader;
    }

    /** Adds a keyword. */
    void read(String keyword, JsonNode value) {
        switch (keyword) {
            case "type" -> types(value);
            case "enum" -> values(keyword, value);
            case "const" -> literals(keyword, List.of(value));
            case "minLength", "maxLength", "pattern", "format" -> ofString(keyword, value);
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf" -> ofNumber(keyword, value);
            case "items", "prefixItems", "minItems", "maxItems", "uniqueItems" -> ofArray(keyword, value);
            case "properties", "required", "additionalProperties", "minProperties", "maxProperties" ->
                ofObject(keyword, value);
            default ->
                throw SchemaRefusal.keyword(
                        pointer,
                        keyword,
                        "which is not supported for constrained output",
                        "Remove it; the documentation lists what is supported");
        }
    }

    Shape shape() {
        return new Shape(
                types == null ? EnumSet.allOf(JsonType.class) : types,
                types != null || values != null,
                described,
                Optional.ofNullable(values),
                strings,
                numbers,
                new ArrayLimits(firstItems, items, minItems, maxItems),
                new ObjectLimits(properties, required, additional, minProperties, maxProperties));
    }

    private void types(JsonNode value) {
        List<String> names = value.isString() ? List.of(value.stringValue()) : strings("type", value);
        EnumSet<JsonType> allowed = EnumSet.noneOf(JsonType.class);
        for (String name : names) {
            allowed.add(
                    switch (name) {
                        case "null" -> JsonType.NULL;
                        case "boolean" -> JsonType.BOOLEAN;
                        case "number", "integer" -> JsonType.NUMBER;
                        case "string" -> JsonType.STRING;
                        case "array" -> JsonType.ARRAY;
                        case "object" -> JsonType.OBJECT;
                        default -> throw wrong("type", value, "the names of JSON types");
                    });
        }
        if (allowed.isEmpty()) {
            throw wrong("type", value, "at least one type");
        }
        types = allowed;
        if (names.contains("integer") && !names.contains("number")) {
            numbers = numbers.and(new NumberLimits(Optional.empty(), Optional.empty(), 0));
        }
    }

    private void values(String keyword, JsonNode value) {
        if (!value.isArray() || value.isEmpty() || value.size() > MAX_VALUES) {
            throw wrong(keyword, value, "a list of 1 to " + MAX_VALUES + " values");
        }
        literals(keyword, List.copyOf(value.values()));
    }

    private void literals(String keyword, List<JsonNode> nodes) {
        nodes.forEach(node -> requireWritable(keyword, node));
        List<Literal> literals = new ArrayList<>(
                new LinkedHashSet<>(nodes.stream().map(Literal::new).toList()));
        if (values != null) {
            literals.retainAll(values);
        }
        values = literals;
    }

    private void requireWritable(String keyword, JsonNode node) {
        if (node.isNumber() && !Double.isFinite(node.decimalValue().doubleValue())) {
            throw wrong(keyword, node, "numbers that are finite doubles");
        }
        if (node.isString()) {
            requireUnicode(keyword, node.stringValue());
        }
        if (node.isObject()) {
            node.propertyNames().forEach(name -> requireUnicode(keyword, name));
        }
        node.values().forEach(child -> requireWritable(keyword, child));
    }

    private void ofString(String keyword, JsonNode value) {
        StringLimits none = StringLimits.NONE;
        switch (keyword) {
            case "minLength" -> {
                int minimum = count(keyword, value, MAX_MINIMUM_LENGTH);
                strings = strings.and(new StringLimits(minimum, none.maximum(), Set.of()));
            }
            case "maxLength" -> {
                int maximum = clippedCount(keyword, value, JsonString.MAX_LENGTH);
                strings = strings.and(new StringLimits(0, maximum, Set.of()));
            }
            case "pattern" -> expression(keyword, string(keyword, value));
            default -> {
                String format = string(keyword, value);
                Formats.expression(format).ifPresent(expression -> expression(keyword, expression));
                numberFormat(format);
                return;
            }
        }
        described.add(JsonType.STRING);
    }

    private void expression(String keyword, String text) {
        StringLimits.Expression expression = new StringLimits.Expression(text, keyword, pointer);
        strings = strings.and(new StringLimits(0, JsonString.MAX_LENGTH, Set.of(expression)));
        described.add(JsonType.STRING);
    }

    private void numberFormat(String format) {
        switch (format) {
            case "int32" -> numbers = numbers.and(integers(INT_MIN, INT_MAX));
            case "int64" -> numbers = numbers.and(integers(LONG_MIN, LONG_MAX));
            default -> {} // describes only, as the specification has it
        }
    }

    private static NumberLimits integers(BigDecimal low, BigDecimal high) {
        return new NumberLimits(NumberLimits.bound(low, false), NumberLimits.bound(high, false), 0);
    }

    private void ofNumber(String keyword, JsonNode value) {
        if (!value.isNumber() || !NumberText.comparable(value.decimalValue())) {
            throw wrong(
                    keyword,
                    value,
                    "a number of at most " + NumberText.BOUND_DIGITS + " digits on each side of its point");
        }
        BigDecimal number = value.decimalValue();
        Optional<NumberLimits.Bound> none = Optional.empty();
        NumberLimits limits = switch (keyword) {
            case "minimum" -> new NumberLimits(NumberLimits.bound(number, false), none, NumberLimits.ANY_FRACTION);
            case "exclusiveMinimum" ->
                new NumberLimits(NumberLimits.bound(number, true), none, NumberLimits.ANY_FRACTION);
            case "maximum" -> new NumberLimits(none, NumberLimits.bound(number, false), NumberLimits.ANY_FRACTION);
            case "exclusiveMaximum" ->
                new NumberLimits(none, NumberLimits.bound(number, true), NumberLimits.ANY_FRACTION);
            default -> new NumberLimits(none, none, fractionDigits(keyword, value));
        };
        numbers = numbers.and(limits);
        described.add(JsonType.NUMBER);
    }

    /** The digits behind the point of multiples of 1, 0.1, 0.01 and so on. */
    private int fractionDigits(String keyword, JsonNode value) {
        BigDecimal step = value.decimalValue().stripTrailingZeros();
        if (step.signum() <= 0 || step.precision() != 1 || step.unscaledValue().intValue() != 1 || step.scale() < 0) {
            throw SchemaRefusal.keyword(
                    pointer,
                    keyword,
                    "with the value " + SchemaRefusal.shown(value.toString()) + ", which is not supported",
                    "Use 1, 0.1, 0.01 and so on, or remove it");
        }
        return step.scale();
    }

    private void ofArray(String keyword, JsonNode value) {
        switch (keyword) {
            case "items" -> {
                if (value.isArray()) {
                    throw wrong(keyword, value, "one schema; a list of schemas is called prefixItems");
                }
                items = child(keyword, value);
            }
            case "prefixItems" -> firstItems = children(keyword, value);
            case "minItems" -> minItems = count(keyword, value, MAX_COUNT);
            case "maxItems" -> maxItems = clippedCount(keyword, value, ArrayLimits.UNLIMITED);
            default -> requireFalse(keyword, value);
        }
        described.add(JsonType.ARRAY);
    }

    private void requireFalse(String keyword, JsonNode value) {
        if (!value.isBoolean()) {
            throw wrong(keyword, value, "a truth value");
        }
        if (value.booleanValue()) {
            throw SchemaRefusal.keyword(
                    pointer, keyword, "which is not supported for constrained output", "Remove it, or make it false");
        }
    }

    private List<Conjunction> children(String keyword, JsonNode value) {
        if (!value.isArray() || value.size() > MAX_PROPERTIES) {
            throw wrong(keyword, value, "a list of at most " + MAX_PROPERTIES + " schemas");
        }
        List<Conjunction> children = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            String place = SchemaReader.child(SchemaReader.child(pointer, keyword), String.valueOf(i));
            children.add(Conjunction.of(reader.reach(place, value.get(i))));
        }
        return List.copyOf(children);
    }

    private Conjunction child(String keyword, JsonNode value) {
        return Conjunction.of(reader.reach(SchemaReader.child(pointer, keyword), value));
    }

    private void ofObject(String keyword, JsonNode value) {
        switch (keyword) {
            case "properties" -> properties = properties(keyword, value);
            case "required" -> {
                required = new LinkedHashSet<>(strings(keyword, value));
                required.forEach(name -> requireUnicode(keyword, name));
            }
            case "additionalProperties" -> additional = Optional.of(child(keyword, value));
            case "minProperties" -> minProperties = count(keyword, value, MAX_COUNT);
            default -> maxProperties = clippedCount(keyword, value, ObjectLimits.UNLIMITED);
        }
        described.add(JsonType.OBJECT);
    }

    private Map<String, Conjunction> properties(String keyword, JsonNode value) {
        if (!value.isObject() || value.size() > MAX_PROPERTIES) {
            throw wrong(keyword, value, "an object of at most " + MAX_PROPERTIES + " schemas");
        }
        Map<String, Conjunction> all = new LinkedHashMap<>();
        String place = SchemaReader.child(pointer, keyword);
        value.forEachEntry((name, schema) -> {
            requireUnicode(keyword, name);
            all.put(name, Conjunction.of(reader.reach(SchemaReader.child(place, name), schema)));
        });
        return all;
    }

    private List<String> strings(String keyword, JsonNode value) {
        boolean strings = value.isArray() && value.valueStream().allMatch(JsonNode::isString);
        if (!strings || value.size() > MAX_PROPERTIES) {
            throw wrong(keyword, value, "a list of at most " + MAX_PROPERTIES + " strings");
        }
        return value.valueStream().map(JsonNode::stringValue).toList();
    }

    private String string(String keyword, JsonNode value) {
        if (!value.isString()) {
            throw wrong(keyword, value, "a string");
        }
        requireUnicode(keyword, value.stringValue());
        return value.stringValue();
    }

    private int count(String keyword, JsonNode value, int most) {
        BigDecimal count = whole(keyword, value);
        if (count.compareTo(BigDecimal.valueOf(most)) > 0) {
            throw wrong(keyword, value, "a whole number from 0 to " + most);
        }
        return count.intValue();
    }

    /** An upper limit: one above the given number limits nothing. */
    private int clippedCount(String keyword, JsonNode value, int most) {
        return whole(keyword, value).min(BigDecimal.valueOf(most)).intValue();
    }

    private BigDecimal whole(String keyword, JsonNode value) {
        boolean whole = value.isNumber()
                && NumberText.comparable(value.decimalValue())
                && value.decimalValue().stripTrailingZeros().scale() <= 0
                && value.decimalValue().signum() >= 0;
        if (!whole) {
            throw wrong(keyword, value, "a whole number of 0 or more");
        }
        return value.decimalValue();
    }

    private void requireUnicode(String keyword, String text) {
        boolean broken = text.codePoints().anyMatch(character -> character >= 0xd800 && character <= 0xdfff);
        if (broken) {
            throw SchemaRefusal.keyword(
                    pointer, keyword, "with a surrogate that stands alone", "Use whole Unicode characters");
        }
    }

    private InvalidRequestException wrong(String keyword, JsonNode value, String allowed) {
        return SchemaRefusal.keyword(
                pointer, keyword, "which is " + SchemaRefusal.shown(value.toString()), "Allowed: " + allowed);
    }
}
