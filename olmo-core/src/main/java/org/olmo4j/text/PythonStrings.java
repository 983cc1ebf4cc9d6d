package org.olmo4j.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The methods of Python's {@code str} that chat templates use and Java's String lacks or understands in another way. */
final class PythonStrings {

    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

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
            case "strip/0" -> Optional.of(text.strip());
            case "lstrip/0" -> Optional.of(text.stripLeading());
            case "rstrip/0" -> Optional.of(text.stripTrailing());
            case "strip/1" -> Optional.of(strip(text, strings.getFirst(), true, true));
            case "lstrip/1" -> Optional.of(strip(text, strings.getFirst(), true, false));
            case "rstrip/1" -> Optional.of(strip(text, strings.getFirst(), false, true));
            case "split/0" -> Optional.of(words(text));
            case "split/1" -> Optional.of(split(text, strings.getFirst(), Integer.MAX_VALUE));
            case "split/2" ->
                arguments.get(1) instanceof Number limit
                        ? Optional.of(split(text, strings.getFirst(), limit.intValue()))
                        : Optional.empty();
            case "splitlines/0" -> Optional.of(text.lines().toList());
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

    private static String strip(String text, String characters, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && characters.indexOf(text.charAt(start)) >= 0) {
            start++;
        }
        while (right && start < end && characters.indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        return text.substring(start, end);
    }

    private static List<String> words(String text) {
        String stripped = text.strip();
        return stripped.isEmpty() ? new ArrayList<>() : new ArrayList<>(Arrays.asList(WHITE_SPACE.split(stripped, -1)));
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
