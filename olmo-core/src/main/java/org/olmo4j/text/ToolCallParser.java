package org.olmo4j.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.olmo4j.error.InvalidRequestException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads calls as OLMo 3 writes them: Python's syntax with parameter names, and JSON's words for true, false and nothing as well as Python's. */
final class ToolCallParser {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Map<String, JsonNode> WORDS = Map.of(
            "true",
            NODES.booleanNode(true),
            "True",
            NODES.booleanNode(true),
            "false",
            NODES.booleanNode(false),
            "False",
            NODES.booleanNode(false),
            "null",
            NODES.nullNode(),
            "None",
            NODES.nullNode());

    private final String text;
    private int position;

    private ToolCallParser(String text) {
        this.text = text;
    }

    /** The text is not what models are trained to write. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** The calls of a text that holds nothing else; empty if it cannot be read to its end. */
    static Optional<List<ToolCall>> parse(String text) {
        try {
            return Optional.of(new ToolCallParser(text).calls());
        } catch (Malformed | InvalidRequestException e) {
            return Optional.empty();
        }
    }

    private List<ToolCall> calls() throws Malformed {
        List<ToolCall> calls = new ArrayList<>();
        skipSpaces();
        while (position < text.length()) {
            calls.add(call());
            skipSpaces();
        }
        return calls;
    }

    private ToolCall call() throws Malformed {
        String name = word();
        ObjectNode arguments = NODES.objectNode();
        expect('(');
        while (!accept(')')) {
            String parameter = word();
            expect('=');
            if (arguments.has(parameter)) {
                throw new Malformed();
            }
            arguments.set(parameter, value(0));
            if (!accept(',') && !isNext(')')) {
                throw new Malformed();
            }
        }
        return new ToolCall(name, arguments.toString());
    }

    private JsonNode value(int depth) throws Malformed {
        skipSpaces();
        if (depth > ToolJson.MAX_NESTING / 2 || position == text.length()) {
            throw new Malformed();
        }
        char c = text.charAt(position);
        return switch (c) {
            case '"', '\'' -> NODES.stringNode(string());
            case '[' -> list(depth);
            case '{' -> object(depth);
            default -> Character.isLetter(c) ? constant() : number();
        };
    }

    private JsonNode list(int depth) throws Malformed {
        ArrayNode list = NODES.arrayNode();
        expect('[');
        while (!accept(']')) {
            list.add(value(depth + 1));
            if (!accept(',') && !isNext(']')) {
                throw new Malformed();
            }
        }
        return list;
    }

    private JsonNode object(int depth) throws Malformed {
        ObjectNode object = NODES.objectNode();
        expect('{');
        while (!accept('}')) {
            skipSpaces();
            String key = string();
            expect(':');
            object.set(key, value(depth + 1));
            if (!accept(',') && !isNext('}')) {
                throw new Malformed();
            }
        }
        return object;
    }

    private JsonNode constant() throws Malformed {
        JsonNode value = WORDS.get(word());
        if (value == null) {
            throw new Malformed();
        }
        return value;
    }

    private JsonNode number() throws Malformed {
        int start = position;
        while (position < text.length() && "+-.0123456789eE".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
        try {
            JsonNode number = ToolJson.MAPPER.readTree(text.substring(start, position));
            if (number.isNumber()) {
                return number;
            }
        } catch (JacksonException e) {
            throw new Malformed();
        }
        throw new Malformed();
    }

    private String string() throws Malformed {
        char quote = position < text.length() ? text.charAt(position) : ' ';
        if (quote != '"' && quote != '\'') {
            throw new Malformed();
        }
        position++;
        StringBuilder string = new StringBuilder();
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == quote) {
                return string.toString();
            }
            if (c == '\\') {
                escape(string);
            } else {
                string.append(c);
            }
        }
        throw new Malformed();
    }

    private void escape(StringBuilder to) throws Malformed {
        if (position == text.length()) {
            throw new Malformed();
        }
        char c = text.charAt(position++);
        switch (c) {
            case 'n' -> to.append('\n');
            case 't' -> to.append('\t');
            case 'r' -> to.append('\r');
            case 'b' -> to.append('\b');
            case 'f' -> to.append('\f');
            case '"', '\'', '\\', '/' -> to.append(c);
            case 'u' -> to.append((char) hexadecimal(4));
            case 'x' -> to.append((char) hexadecimal(2));
            default -> to.append('\\').append(c);
        }
    }

    private int hexadecimal(int digits) throws Malformed {
        if (position + digits > text.length()) {
            throw new Malformed();
        }
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = Character.digit(text.charAt(position++), 16);
            if (digit < 0) {
                throw new Malformed();
            }
            value = 16 * value + digit;
        }
        return value;
    }

    private String word() throws Malformed {
        skipSpaces();
        int start = position;
        while (position < text.length() && isPartOfWord(text.charAt(position))) {
            position++;
        }
        if (start == position) {
            throw new Malformed();
        }
        return text.substring(start, position);
    }

    private static boolean isPartOfWord(char c) {
        return Character.isLetterOrDigit(c) || "_-.$".indexOf(c) >= 0;
    }

    private void expect(char c) throws Malformed {
        if (!accept(c)) {
            throw new Malformed();
        }
    }

    private boolean accept(char c) {
        boolean found = isNext(c);
        if (found) {
            position++;
        }
        return found;
    }

    private boolean isNext(char c) {
        skipSpaces();
        return position < text.length() && text.charAt(position) == c;
    }

    private void skipSpaces() {
        while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
            position++;
        }
    }
}
