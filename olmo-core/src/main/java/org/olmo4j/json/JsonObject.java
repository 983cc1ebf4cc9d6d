package org.olmo4j.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.ModelFormatException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An object of a model's JSON file. Nothing is converted: a number in quotes, or 1.0 where an integer belongs, is an error. A key whose
 * value is null counts as absent, as in HuggingFace configurations. Immutable and thread-safe.
 *
 * <p>All methods throw {@link ModelFormatException} for a value that is not what they are asked for; the message names file, key, value and
 * what is allowed.
 */
public final class JsonObject {

    private static final int MAX_NESTING = 64;
    private static final int MAX_SHOWN = 80;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .maxNumberLength(64)
                            .maxNameLength(1024)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    // Python's json module writes NaN and Infinity: read them, so that the error can name the key.
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode node;
    private final String file;
    private final String path;

    private JsonObject(JsonNode node, String file, String path) {
        this.node = node;
        this.file = file;
        this.path = path;
    }

    /**
     * Reads a file that consists of one object.
     *
     * @param json its content; UTF-8 without byte order mark
     * @param file what to call it in messages
     * @return the object
     * @throws ModelFormatException if it is not strict JSON (duplicate keys, anything after the object, nesting deeper than 64 levels) or
     *     not an object
     */
    public static JsonObject parse(byte[] json, String file) {
        JsonNode node;
        try {
            // Jackson would guess the encoding of bytes, and repair malformed sequences.
            node = MAPPER.readTree(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString());
        } catch (CharacterCodingException malformed) {
            throw new ModelFormatException(file + " is not UTF-8 text", "Download the file again", malformed);
        } catch (JacksonException malformed) {
            String location = malformed.getLocation() == null
                    ? ""
                    : " (line " + malformed.getLocation().getLineNr() + ", column "
                            + malformed.getLocation().getColumnNr() + ")";
            throw new ModelFormatException(
                    file + " is not valid JSON: " + firstLine(malformed.getOriginalMessage()) + location,
                    "Correct the file or download it again",
                    malformed);
        }
        if (!node.isObject()) {
            throw new ModelFormatException(
                    file + " holds " + shown(node) + " where a JSON object belongs",
                    "Correct the file or download it again");
        }
        return new JsonObject(node, file, "");
    }

    /**
     * What the file is called in messages.
     *
     * @return as given
     */
    public String file() {
        return file;
    }

    /**
     * All keys, with those whose value is null.
     *
     * @return in the order of the file
     */
    public Set<String> keys() {
        return Collections.unmodifiableSet(new LinkedHashSet<>(node.propertyNames()));
    }

    /**
     * Whether a key has a value other than null.
     *
     * @param key the key
     * @return false if absent or null
     */
    public boolean has(String key) {
        return value(key) != null;
    }

    /**
     * Whether a key is there with the value null.
     *
     * @param key the key
     * @return false if absent
     */
    public boolean isNull(String key) {
        JsonNode value = node.get(key);
        return value != null && value.isNull();
    }

    /**
     * An integer that must be there.
     *
     * @param key its key
     * @param least smallest allowed
     * @param most largest allowed
     * @return the value
     */
    public int integer(String key, int least, int most) {
        return optionalInteger(key, least, most).orElseThrow(() -> missing(key));
    }

    /**
     * An integer that may be absent.
     *
     * @param key its key
     * @param least smallest allowed
     * @param most largest allowed
     * @return the value, or empty
     */
    public OptionalInt optionalInteger(String key, int least, int most) {
        JsonNode value = value(key);
        if (value == null) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(integer(key, value, least, most));
    }

    /**
     * A number of zero or more that may be absent, for sizes beyond the range of int. Whole numbers written with a fraction of zero are
     * taken, for some writers sum sizes in floating point.
     *
     * @param key its key
     * @return the value, or empty
     */
    public OptionalLong optionalSize(String key) {
        JsonNode value = value(key);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0) {
            return OptionalLong.of(value.longValue());
        }
        if (value.isDouble()) {
            double size = value.doubleValue();
            if (size >= 0 && size <= 1L << 53 && size == Math.rint(size)) {
                return OptionalLong.of((long) size);
            }
        }
        throw invalid(key, value, "a whole number of 0 or more");
    }

    /**
     * A list of integers, or a single one, that may be absent.
     *
     * @param key its key
     * @param least smallest allowed
     * @param most largest allowed
     * @return the values; empty if absent
     */
    public List<Integer> integers(String key, int least, int most) {
        JsonNode value = value(key);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            return List.of(integer(key, value, least, most));
        }
        List<Integer> integers = new ArrayList<>();
        for (JsonNode element : value.values()) {
            integers.add(integer(key, element, least, most));
        }
        return List.copyOf(integers);
    }

    /**
     * A finite number that may be absent.
     *
     * @param key its key
     * @param allowed whether a value is in range
     * @param range the range in words, for messages
     * @return the value, or empty
     */
    public OptionalDouble optionalNumber(String key, DoublePredicate allowed, String range) {
        JsonNode value = value(key);
        if (value == null) {
            return OptionalDouble.empty();
        }
        if (value.isNumber() && (value.isDouble() || value.canConvertToLong())) {
            double number = value.isDouble() ? value.doubleValue() : value.longValue();
            if (Double.isFinite(number) && allowed.test(number)) {
                return OptionalDouble.of(number);
            }
        }
        throw invalid(key, value, range);
    }

    /**
     * A truth value that may be absent.
     *
     * @param key its key
     * @return the value, or empty
     */
    public Optional<Boolean> optionalBoolean(String key) {
        JsonNode value = value(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw invalid(key, value, "true or false");
        }
        return Optional.of(value.booleanValue());
    }

    /**
     * A string that may be absent.
     *
     * @param key its key
     * @return the value, or empty
     */
    public Optional<String> optionalString(String key) {
        JsonNode value = value(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw invalid(key, value, "a string");
        }
        return Optional.of(value.stringValue());
    }

    /**
     * A list of strings that may be absent.
     *
     * @param key its key
     * @return the values, or empty
     */
    public Optional<List<String>> optionalStrings(String key) {
        JsonNode value = value(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isArray()) {
            throw invalid(key, value, "a list of strings");
        }
        List<String> strings = new ArrayList<>();
        for (JsonNode element : value.values()) {
            if (!element.isString()) {
                throw invalid(key, value, "a list of strings");
            }
            strings.add(element.stringValue());
        }
        return Optional.of(List.copyOf(strings));
    }

    /**
     * An object that may be absent.
     *
     * @param key its key
     * @return the object, whose messages name the whole path of a key; or empty
     */
    public Optional<JsonObject> optionalObject(String key) {
        JsonNode value = value(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isObject()) {
            throw invalid(key, value, "an object");
        }
        return Optional.of(new JsonObject(value, file, path + key + "."));
    }

    /**
     * An exception for a key whose value the caller does not accept.
     *
     * @param key the key
     * @param allowed what would be accepted, in words
     * @return to be thrown
     */
    public ModelFormatException invalid(String key, String allowed) {
        JsonNode value = value(key);
        return value == null ? missing(key) : invalid(key, value, allowed);
    }

    /**
     * An exception for a key that must be there.
     *
     * @param key the key
     * @return to be thrown
     */
    public ModelFormatException missing(String key) {
        return new ModelFormatException(
                file + " has no " + path + key, "Add the key, or take the file that was published with the weights");
    }

    private int integer(String key, JsonNode value, int least, int most) {
        if (value.isIntegralNumber()
                && value.canConvertToInt()
                && value.intValue() >= least
                && value.intValue() <= most) {
            return value.intValue();
        }
        throw invalid(key, value, "an integer from " + least + " to " + most);
    }

    private @Nullable JsonNode value(String key) {
        JsonNode value = node.get(key);
        return value == null || value.isNull() ? null : value;
    }

    private ModelFormatException invalid(String key, JsonNode value, String allowed) {
        return new ModelFormatException(file + ": " + path + key + " is " + shown(value), "Allowed: " + allowed);
    }

    private static String shown(JsonNode value) {
        if (value.isContainer()) {
            return (value.isArray() ? "a list" : "an object") + " of " + value.size();
        }
        String text = value.toString();
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
