package org.olmo4j.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads the JSON of {@link DescribedTools}: an object with a text, which is given out as it comes, or with calls. What is neither, since the token
 * limit has cut it, is text.
 */
final class DescribedCallReader implements AnswerReader {

    private static final Pattern START_OF_TEXT =
            Pattern.compile("\\s*\\{\\s*\"" + DescribedTools.ANSWER + "\"\\s*:\\s*\"");
    private static final int UNICODE_ESCAPE = 6;

    private final StringBuilder json = new StringBuilder();
    /** Up to where the text was given out; 0 while it is not known to be one. */
    private int position;

    @Override
    public String add(String piece) {
        json.append(piece);
        if (position == 0) {
            Matcher start = START_OF_TEXT.matcher(json);
            if (!start.lookingAt()) {
                return "";
            }
            position = start.end();
        }
        return text();
    }

    /** What is complete of the string, without half of a pair of surrogates. */
    private String text() {
        StringBuilder text = new StringBuilder();
        int next = position;
        while (next < json.length() && json.charAt(next) != '"') {
            int end = endOfCharacter(next);
            if (end > json.length()) {
                break;
            }
            text.append(character(next, end));
            next = end;
            if (!Character.isHighSurrogate(text.charAt(text.length() - 1))) {
                position = next;
            }
        }
        if (!text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1))) {
            text.setLength(text.length() - 1);
        }
        return text.toString();
    }

    private int endOfCharacter(int start) {
        if (json.charAt(start) != '\\') {
            return start + 1;
        }
        boolean unicode = start + 1 < json.length() && json.charAt(start + 1) == 'u';
        return start + (unicode ? UNICODE_ESCAPE : 2);
    }

    private char character(int start, int end) {
        char first = json.charAt(start);
        if (first != '\\') {
            return first;
        }
        char escaped = json.charAt(start + 1);
        return switch (escaped) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> (char) Integer.parseInt(json, start + 2, end, 16);
            default -> escaped;
        };
    }

    @Override
    public Answer end() {
        if (position > 0) {
            return new Answer("", List.of());
        }
        try {
            List<ToolCall> calls =
                    calls(ToolJson.MAPPER.readTree(json.toString()).path(DescribedTools.CALLS));
            if (!calls.isEmpty()) {
                return new Answer("", calls);
            }
        } catch (JacksonException cut) {
            // By the token limit.
        }
        return new Answer(json.toString(), List.of());
    }

    /** All or none: half of what a model wanted to have done is not what it wanted. */
    private static List<ToolCall> calls(JsonNode array) {
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : array) {
            JsonNode name = call.path(DescribedTools.TOOL);
            JsonNode arguments = call.path(DescribedTools.ARGUMENTS);
            if (!name.isString() || !arguments.isObject()) {
                return List.of();
            }
            calls.add(new ToolCall(name.stringValue(), arguments.toString()));
        }
        return calls;
    }
}
