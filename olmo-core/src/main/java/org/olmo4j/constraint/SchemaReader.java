package org.olmo4j.constraint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.olmo4j.error.InvalidRequestException;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * Reads the subschemas that can be reached from the root, and refuses what cannot be held: an unknown keyword, one that an automaton cannot
 * follow, a value of the wrong type. Subschemas are known by their JSON pointers, so that references may be recursive.
 */
final class SchemaReader {

    static final int MAX_SCHEMAS = 5_000;
    static final int MAX_BRANCHES = 100;

    /** Keywords that say nothing about the value. */
    private static final Set<String> ANNOTATIONS = Set.of(
            "$schema",
            "$id",
            "$comment",
            "$defs",
            "definitions",
            "$anchor",
            "$dynamicAnchor",
            "$vocabulary",
            "title",
            "description",
            "default",
            "examples",
            "example",
            "deprecated",
            "readOnly",
            "writeOnly",
            "contentEncoding",
            "contentMediaType",
            "contentSchema");

    private final JsonNode root;
    private final Map<String, JsonNode> found = new LinkedHashMap<>();
    private final Queue<String> unread = new ArrayDeque<>();

    private SchemaReader(JsonNode root) {
        this.root = root;
    }

    /**
     * Reads a schema.
     *
     * @param root an object or a truth value
     * @return its subschemas by their pointers; the root's is empty
     * @throws InvalidRequestException with pointer and keyword
     */
    static Map<String, SchemaNode> read(JsonNode root) {
        SchemaReader reader = new SchemaReader(root);
        reader.reach("", root);
        Map<String, SchemaNode> nodes = new LinkedHashMap<>();
        while (!reader.unread.isEmpty()) {
            String pointer = reader.unread.remove();
            nodes.put(pointer, reader.node(pointer));
        }
        return nodes;
    }

    /** Notes a subschema for reading; gives its pointer. */
    String reach(String pointer, JsonNode node) {
        if (found.putIfAbsent(pointer, node) == null) {
            if (found.size() > MAX_SCHEMAS) {
                throw SchemaRefusal.of(
                        "The JSON schema has more than " + MAX_SCHEMAS + " subschemas", "Use a smaller schema");
            }
            unread.add(pointer);
        }
        return pointer;
    }

    /** The pointer of a child. */
    static String child(String pointer, String key) {
        return pointer + "/" + key.replace("~", "~0").replace("/", "~1");
    }

    private SchemaNode node(String pointer) {
        JsonNode node = found.get(pointer);
        if (node == null) {
            throw new IllegalStateException("read without being reached: " + pointer);
        }
        if (node.isBoolean()) {
            return node.booleanValue() ? SchemaNode.ANY : SchemaNode.NOTHING;
        }
        if (!node.isObject()) {
            throw SchemaRefusal.at(
                    pointer,
                    "has the value " + SchemaRefusal.shown(node.toString()) + " where a schema belongs,",
                    "A schema is an object, true or false");
        }
        SchemaKeywords keywords = new SchemaKeywords(pointer, this);
        List<String> all = new ArrayList<>();
        List<SchemaNode.Branches> choices = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String keyword = entry.getKey();
            switch (keyword) {
                case "$ref" -> all.add(reference(pointer, entry.getValue()));
                case "allOf" -> all.addAll(branches(pointer, keyword, entry.getValue()));
                case "anyOf" ->
                    choices.add(new SchemaNode.Branches(branches(pointer, keyword, entry.getValue()), false));
                case "oneOf" ->
                    choices.add(new SchemaNode.Branches(branches(pointer, keyword, entry.getValue()), true));
                default -> {
                    if (!ANNOTATIONS.contains(keyword) && !keyword.startsWith("x-")) {
                        keywords.read(keyword, entry.getValue());
                    }
                }
            }
        }
        return new SchemaNode(keywords.shape(), List.copyOf(all), List.copyOf(choices));
    }

    private List<String> branches(String pointer, String keyword, JsonNode value) {
        if (!value.isArray() || value.isEmpty() || value.size() > MAX_BRANCHES) {
            throw SchemaRefusal.keyword(
                    pointer,
                    keyword,
                    "which is " + (value.isArray() ? "a list of " + value.size() : "not a list"),
                    "Give 1 to " + MAX_BRANCHES + " schemas");
        }
        List<String> pointers = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            pointers.add(reach(child(child(pointer, keyword), String.valueOf(i)), value.get(i)));
        }
        return pointers;
    }

    private String reference(String pointer, JsonNode value) {
        String reference = value.isString() ? value.stringValue() : "";
        if (!reference.startsWith("#")) {
            throw refused(pointer, value, "which is not within the schema");
        }
        String target = unescaped(reference.substring(1));
        if (!target.isEmpty() && !target.startsWith("/")) {
            throw refused(pointer, value, "which is no JSON pointer");
        }
        JsonNode node = root.at(JsonPointer.compile(target));
        if (node.isMissingNode()) {
            throw refused(pointer, value, "which leads nowhere");
        }
        return reach(target, node);
    }

    private static InvalidRequestException refused(String pointer, JsonNode value, String problem) {
        return SchemaRefusal.keyword(
                pointer,
                "$ref",
                "with the value " + SchemaRefusal.shown(value.toString()) + ", " + problem,
                "Use #, or # and a JSON pointer, such as #/$defs/item");
    }

    /** Resolves the percent escapes of a URI's fragment; what is none stays as it is. */
    private static String unescaped(String fragment) {
        byte[] bytes = fragment.getBytes(StandardCharsets.UTF_8);
        byte[] result = new byte[bytes.length];
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            boolean escape = bytes[i] == '%'
                    && i + 2 < bytes.length
                    && Character.digit(bytes[i + 1], 16) >= 0
                    && Character.digit(bytes[i + 2], 16) >= 0;
            if (escape) {
                result[length++] = (byte) (Character.digit(bytes[i + 1], 16) << 4 | Character.digit(bytes[i + 2], 16));
                i += 2;
            } else {
                result[length++] = bytes[i];
            }
        }
        return new String(result, 0, length, StandardCharsets.UTF_8);
    }
}
