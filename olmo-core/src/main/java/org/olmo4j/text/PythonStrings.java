package org.olmo4j.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/** The methods of Python's {@code str} that chat templates use and Java's String lacks or understands in another way. */
final class PythonStrings {

    private static final Pattern LINE_END = Pattern.compile("\\r\\n|[\\n\\r\\x0B\\f\\x1C-\\x1E\\x85\\u2028\\u2029]");

    private PythonStrings() {}

    /**
     * Calls a method of a string.
     *
     * @param text the string
     * @param method name in Python
     * @param arguments strings, or a number where Python takes one
     * @return the result, or empty if this is not one of the methods known here, with these arguments
     */
    static Optional<Object> call(String text, String method, List<?> arguments) {
        List<String> strings = arguments.stream().map(String::valueOf).toList();
        return switch (method + "/" + arguments.size()) {
            case "strip/0" -> Optional.of(strip(text));
            case "lstrip/0" -> Optional.of(strip(text, PythonStrings::isSpace, true, false));
            case "rstrip/0" -> Optional.of(strip(text, PythonStrings::isSpace, false, true));
            case "strip/1" -> Optional.of(strip(text, strings.getFirst()));
            case "lstrip/1" -> Optional.of(strip(text, among(strings.getFirst()), true, false));
            case "rstrip/1" -> Optional.of(strip(text, among(strings.getFirst()), false, true));
            case "split/0" -> Optional.of(words(text));
            case "split/1" -> Optional.of(split(text, strings.getFirst(), Integer.MAX_VALUE));
            case "split/2" ->
                arguments.get(1) instanceof Number limit
                        ? Optional.of(split(text, strings.getFirst(), limit.intValue()))
                        : Optional.empty();
            case "splitlines/0" -> Optional.of(lines(text));
            case "upper/0" -> Optional.of(text.toUpperCase(Locale.ROOT));
            case "lower/0" -> Optional.of(text.toLowerCase(Locale.ROOT));
            case "startswith/1" -> Optional.of(text.startsWith(strings.getFirst()));
            case "endswith/1" -> Optional.of(text.endsWith(strings.getFirst()));
            case "find/1" -> Optional.of((long) text.indexOf(strings.getFirst()));
            case "rfind/1" -> Optional.of((long) text.lastIndexOf(strings.getFirst()));
            case "count/1" ->
                Optional.of((long) split(text, strings.getFirst(), Integer.MAX_VALUE)
                                .size()
                        - 1);
            case "replace/2" -> Optional.of(text.replace(strings.get(0), strings.get(1)));
            default -> Optional.empty();
        };
    }

    /** The text without the white space around it. */
    static String strip(String text) {
        return strip(text, PythonStrings::isSpace, true, true);
    }

    /** The text without these characters around it. */
    static String strip(String text, String characters) {
        return strip(text, among(characters), true, true);
    }

    /** Whether {@code str.isspace} holds. Java's notions of white space lack no-break spaces and U+0085. */
    static boolean isSpace(int character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character) || character == '\u0085';
    }

    private static IntPredicate among(String characters) {
        return character -> characters.indexOf(character) >= 0;
    }

    private static String strip(String text, IntPredicate unwanted, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && unwanted.test(text.charAt(start))) {
            start++;
        }
        while (right && start < end && unwanted.test(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || isSpace(text.charAt(i))) {
                if (start < i) {
                    words.add(text.substring(start, i));
                }
                start = i + 1;
            }
        }
        return words;
    }

    /** A line end at the end of the text begins no further line. */
    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>(Arrays.asList(LINE_END.split(text, -1)));
        if (lines.getLast().isEmpty()) {
            lines.removeLast();
        }
        return lines;
    }

    private static List<String> split(String text, String separator, int limit) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        int found = text.indexOf(separator);
        while (found >= 0 && parts.size() < limit && !separator.isEmpty()) {
            parts.add(text.substring(start, found));
            start = found + separator.length();
            found = text.indexOf(separator, start);
        }
        parts.add(text.substring(start));
        return parts;
    }
}
