package org.olmo4j.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.olmo4j.checkpoint.SafetensorsHeader.Entry;
import org.olmo4j.error.ModelFormatException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/** One pass over a header's JSON text. */
final class SafetensorsHeaderParser {

    private static final String METADATA = "__metadata__";
    /** So that no sum with a header's size overflows. */
    private static final long MAX_DATA_BYTES = Long.MAX_VALUE / 2;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(4)
                    .maxNumberLength(20)
                    .maxNameLength(SafetensorsHeader.MAX_NAME)
                    .maxStringLength(SafetensorsHeader.MAX_METADATA)
                    .build())
            .build();

    private final String file;
    private final Map<String, Entry> tensors = new LinkedHashMap<>();

    SafetensorsHeaderParser(String file) {
        this.file = file;
    }

    SafetensorsHeader parse(InputStream header, long dataOffset) throws IOException {
        // Jackson on bytes would guess the encoding and repair malformed sequences.
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        PushbackReader text = new PushbackReader(new InputStreamReader(header, decoder));
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            requireBrace(text);
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = checkedText(parser.currentName(), "a tensor's name");
                if (name.equals(METADATA)) {
                    skipMetadata(parser);
                } else {
                    tensors.put(checkedName(name), entry(parser, name));
                    if (tensors.size() > SafetensorsHeader.MAX_TENSORS) {
                        throw broken("it names more than " + SafetensorsHeader.MAX_TENSORS + " tensors");
                    }
                }
            }
            if (parser.nextToken() != null) {
                throw broken("something follows the JSON object");
            }
        } catch (JacksonIOException failed) {
            throw failed.getCause();
        } catch (JacksonException malformed) {
            throw new ModelFormatException(
                    file + ": the header is not valid JSON: " + firstLine(malformed),
                    SafetensorsHeader.HINT,
                    malformed);
        }
        Map<String, Entry> ordered = inOrderOfData();
        return new SafetensorsHeader(ordered, dataOffset, dataBytes(ordered));
    }

    private void requireBrace(PushbackReader text) throws IOException {
        int first = text.read();
        if (first != '{') {
            throw broken("it does not begin with '{'");
        }
        text.unread(first);
    }

    private Entry entry(JsonParser parser, String name) {
        expect(parser.nextToken(), JsonToken.START_OBJECT, name, "an object");
        @Nullable TensorType type = null;
        @Nullable List<Integer> shape = null;
        long @Nullable [] offsets = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            switch (field) {
                case "dtype" -> type = type(parser, name);
                case "shape" -> shape = shape(parser, name);
                case "data_offsets" -> offsets = offsets(parser, name);
                default -> throw broken("tensor " + name + " has an unknown field '" + shown(field) + "'");
            }
        }
        if (type == null || shape == null || offsets == null) {
            throw broken("tensor " + name + " lacks one of dtype, shape, data_offsets");
        }
        return checked(name, new Entry(type, shape, offsets[0], offsets[1]));
    }

    private Entry checked(String name, Entry entry) {
        long bytes = entry.type().bytes();
        for (int dimension : entry.shape()) {
            if (dimension != 0 && bytes > Long.MAX_VALUE / dimension) {
                throw broken("tensor " + name + " of shape " + entry.shape() + " has more bytes than a file can have");
            }
            bytes *= dimension;
        }
        if (entry.end() < entry.begin() || entry.end() - entry.begin() != bytes) {
            throw broken("tensor " + name + " of type " + entry.type() + " and shape " + entry.shape() + " has " + bytes
                    + " bytes, but its data_offsets are [" + entry.begin() + ", " + entry.end() + "]");
        }
        return entry;
    }

    private TensorType type(JsonParser parser, String name) {
        expect(parser.nextToken(), JsonToken.VALUE_STRING, name, "a string as dtype");
        String type = parser.getString();
        for (TensorType known : TensorType.values()) {
            if (known.name().equals(type)) {
                return known;
            }
        }
        throw new ModelFormatException(
                file + ": tensor " + name + " has dtype '" + shown(type) + "'",
                "Allowed: F32, F16, BF16; convert the checkpoint to one of them");
    }

    private List<Integer> shape(JsonParser parser, String name) {
        expect(parser.nextToken(), JsonToken.START_ARRAY, name, "a list as shape");
        List<Integer> shape = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            long dimension = natural(parser, name, "shape");
            if (dimension > Integer.MAX_VALUE) {
                throw broken("tensor " + name + " has a dimension of " + dimension);
            }
            shape.add((int) dimension);
            if (shape.size() > SafetensorsHeader.MAX_RANK) {
                throw broken("tensor " + name + " has more than " + SafetensorsHeader.MAX_RANK + " dimensions");
            }
        }
        return List.copyOf(shape);
    }

    private long[] offsets(JsonParser parser, String name) {
        expect(parser.nextToken(), JsonToken.START_ARRAY, name, "a list as data_offsets");
        parser.nextToken();
        long begin = natural(parser, name, "data_offsets");
        parser.nextToken();
        long end = natural(parser, name, "data_offsets");
        expect(parser.nextToken(), JsonToken.END_ARRAY, name, "two numbers as data_offsets");
        return new long[] {begin, end};
    }

    private long natural(JsonParser parser, String name, String field) {
        expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, name, "whole numbers in " + field);
        String digits = parser.getString();
        // The sign alone decides: the format's own parser takes -0 for a fraction.
        if (digits.startsWith("-") || digits.length() > 19) {
            throw broken("tensor " + name + " has " + digits + " in its " + field);
        }
        return parser.getLongValue();
    }

    private void skipMetadata(JsonParser parser) {
        expect(parser.nextToken(), JsonToken.START_OBJECT, METADATA, "an object");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            checkedText(parser.currentName(), "a key of " + METADATA);
            expect(parser.nextToken(), JsonToken.VALUE_STRING, METADATA, "strings only");
            checkedText(parser.getString(), "a value of " + METADATA);
        }
    }

    private String checkedName(String name) {
        if (name.isBlank()
                || name.length() > SafetensorsHeader.MAX_NAME
                || name.chars().anyMatch(Character::isISOControl)) {
            throw broken("a tensor's name is '" + shown(name) + "'; allowed are 1 to " + SafetensorsHeader.MAX_NAME
                    + " characters without control characters");
        }
        return name;
    }

    private String checkedText(String text, String what) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSurrogatePair(text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : '\0')) {
                    throw broken(what + " has half a surrogate pair");
                }
                i++;
            }
        }
        return text;
    }

    private void expect(@Nullable JsonToken found, JsonToken expected, String name, String what) {
        if (found != expected) {
            throw broken((name.equals(METADATA) ? METADATA : "tensor " + name) + " must have " + what);
        }
    }

    private Map<String, Entry> inOrderOfData() {
        List<Map.Entry<String, Entry>> entries = new ArrayList<>(tensors.entrySet());
        entries.sort(Comparator.<Map.Entry<String, Entry>>comparingLong(
                        entry -> entry.getValue().begin())
                .thenComparingLong(entry -> entry.getValue().end()));
        long position = 0;
        Map<String, Entry> ordered = LinkedHashMap.newLinkedHashMap(entries.size());
        for (Map.Entry<String, Entry> entry : entries) {
            if (entry.getValue().begin() != position) {
                throw broken("the data of tensor " + entry.getKey() + " starts at "
                        + entry.getValue().begin()
                        + (entry.getValue().begin() < position ? ", inside the one before" : ", after a hole")
                        + " (expected " + position + ")");
            }
            position = entry.getValue().end();
            if (position > MAX_DATA_BYTES) {
                throw broken("its tensors end at " + position);
            }
            ordered.put(entry.getKey(), entry.getValue());
        }
        return Collections.unmodifiableMap(ordered);
    }

    private static long dataBytes(Map<String, Entry> ordered) {
        return ordered.values().stream().mapToLong(Entry::end).max().orElse(0);
    }

    private ModelFormatException broken(String problem) {
        return new ModelFormatException(file + ": the header is broken: " + problem, SafetensorsHeader.HINT);
    }

    private static String firstLine(JacksonException malformed) {
        return malformed.getOriginalMessage().lines().findFirst().orElse("");
    }

    private static String shown(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= 80 ? printable : printable.substring(0, 80) + "...";
    }
}
