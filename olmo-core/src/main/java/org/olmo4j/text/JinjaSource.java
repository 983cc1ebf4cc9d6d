package org.olmo4j.text;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The source of a chat template, which is written for Python's Jinja, as the Java library has to be given it so that it renders the same.
 * What cannot be translated is named, so that such a template is refused rather than rendered otherwise. Immutable.
 */
final class JinjaSource {

    private static final String RAW = "raw";
    private static final String GENERATION = "generation";
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=", "in", "is", "not");
    private static final Set<String> WEAKER_THAN_NOT = Set.of("and", "or", "if", "else", ",", ":", "=");
    private static final List<String> REVERSAL = List.of("[", ":", ":", "-", "1", "]");
    private static final Set<String> OPENING = Set.of("(", "[", "{");
    private static final Set<String> CLOSING = Set.of(")", "]", "}");

    private final String translated;
    private final Set<String> filters = new LinkedHashSet<>();
    private final List<String> untranslatable = new ArrayList<>();

    /**
     * Translates a template.
     *
     * @param source for Python's Jinja
     */
    JinjaSource(String source) {
        String template = withoutFinalNewline(source);
        StringBuilder result = new StringBuilder(template.length());
        int position = 0;
        while (position < template.length()) {
            int start = blockStart(template, position);
            result.append(template, position, start);
            position = blockEnd(template, start);
            result.append(translateBlock(template.substring(start, position)));
        }
        translated = result.toString();
    }

    /**
     * The translation.
     *
     * @return a template for the Java library
     */
    String translated() {
        return translated;
    }

    /**
     * The filters used.
     *
     * @return their names
     */
    Set<String> filters() {
        return Set.copyOf(filters);
    }

    /**
     * What would be rendered otherwise than in Python.
     *
     * @return descriptions; empty if the template can be used
     */
    List<String> untranslatable() {
        return List.copyOf(untranslatable);
    }

    /** Jinja ignores one line end at the end of a template ({@code keep_trailing_newline} is off). */
    private static String withoutFinalNewline(String source) {
        String unixLines = source.replace("\r\n", "\n");
        return unixLines.endsWith("\n") ? unixLines.substring(0, unixLines.length() - 1) : unixLines;
    }

    private static int blockStart(String template, int from) {
        for (int i = from; i + 1 < template.length(); i++) {
            if (template.charAt(i) == '{' && "{%#".indexOf(template.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return template.length();
    }

    /** The end of a block; of a raw section, that of its last statement. Blocks that never end are left to the library to refuse. */
    private static int blockEnd(String template, int start) {
        if (start == template.length()) {
            return start;
        }
        if (template.charAt(start + 1) == '#') {
            return endOf(template.indexOf("#}", start + 2), 2, template);
        }
        String closing = template.charAt(start + 1) == '{' ? "}}" : "%}";
        int end = start + 2;
        while (end < template.length() && !template.startsWith(closing, end)) {
            char c = template.charAt(end);
            end = c == '\'' || c == '"' ? literalEnd(template, end) : end + 1;
        }
        end = endOf(end < template.length() ? end : -1, closing.length(), template);
        if (words(lexemes(inside(template.substring(start, end)))).equals(List.of(RAW))) {
            int rawEnd = template.indexOf("endraw", end);
            return endOf(rawEnd < 0 ? -1 : template.indexOf("%}", rawEnd), 2, template);
        }
        return end;
    }

    private static int endOf(int closing, int length, String template) {
        return closing < 0 ? template.length() : closing + length;
    }

    private static int literalEnd(String text, int start) {
        for (int i = start + 1; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == text.charAt(start)) {
                return i + 1;
            }
        }
        return text.length();
    }

    private String translateBlock(String block) {
        if (block.length() < 4 || block.startsWith("{#") || block.contains("endraw")) {
            return block;
        }
        String inside = inside(block);
        int start = block.indexOf(inside, 2);
        String translation = block.startsWith("{%") ? translateStatement(inside) : translate(lexemes(inside));
        return block.substring(0, start) + translation + block.substring(start + inside.length());
    }

    /** What is between the brackets and the signs of white space control. */
    private static String inside(String block) {
        int start = 2;
        int end = Math.max(start, block.length() - 2);
        if (start < end && "-+".indexOf(block.charAt(start)) >= 0) {
            start++;
        }
        if (start < end && "-+".indexOf(block.charAt(end - 1)) >= 0) {
            end--;
        }
        return block.substring(start, end);
    }

    private String translateStatement(String statement) {
        List<String> lexemes = lexemes(statement);
        List<String> words = words(lexemes);
        // The section that training learns from; it means nothing for rendering.
        if (words.equals(List.of(GENERATION))) {
            return " if true ";
        }
        if (words.equals(List.of("end" + GENERATION))) {
            return " endif ";
        }
        if (!words.isEmpty() && words.getFirst().equals("for") && words.contains("if") && !words.contains("else")) {
            untranslatable.add("a loop with a condition, {%" + statement + "%}");
        }
        return translate(lexemes);
    }

    private String translate(List<String> lexemes) {
        collectFilters(lexemes);
        List<String> result = new ArrayList<>(lexemes);
        for (int i = result.size() - 1; i >= 0; i--) {
            if (result.get(i).equals("not")) {
                encloseOperand(result, i);
            }
        }
        return String.join("", reversals(result));
    }

    /** The Java library has no slices with steps; the only one in use is the one that reverses. */
    private static List<String> reversals(List<String> lexemes) {
        List<String> result = new ArrayList<>();
        for (int i = 0; i < lexemes.size(); i++) {
            if (i + REVERSAL.size() <= lexemes.size()
                    && lexemes.subList(i, i + REVERSAL.size()).equals(REVERSAL)) {
                result.add(".reversed()");
                i += REVERSAL.size() - 1;
            } else {
                result.add(lexemes.get(i));
            }
        }
        return result;
    }

    /** Python's {@code not a == b} is {@code not (a == b)}, the Java library's is {@code (not a) == b}. */
    private static void encloseOperand(List<String> lexemes, int not) {
        String before = wordBefore(lexemes, not);
        String after = wordAfter(lexemes, not);
        if (before.equals("is") || after.equals("in")) {
            return;
        }
        int depth = 0;
        boolean compares = false;
        int end = not + 1;
        for (; end < lexemes.size(); end++) {
            String lexeme = lexemes.get(end);
            if (depth == 0 && (WEAKER_THAN_NOT.contains(lexeme) || CLOSING.contains(lexeme))) {
                break;
            }
            depth += OPENING.contains(lexeme) ? 1 : CLOSING.contains(lexeme) ? -1 : 0;
            compares |= depth == 0 && COMPARISONS.contains(lexeme);
        }
        if (compares) {
            lexemes.add(end, ") ");
            lexemes.add(not + 1, " (");
        }
    }

    private void collectFilters(List<String> lexemes) {
        List<String> words = words(lexemes);
        for (int i = 1; i < words.size(); i++) {
            if (words.get(i - 1).equals("|")) {
                filters.add(words.get(i));
            }
        }
    }

    private static String wordBefore(List<String> lexemes, int index) {
        for (int i = index - 1; i >= 0; i--) {
            if (!lexemes.get(i).isBlank()) {
                return lexemes.get(i);
            }
        }
        return "";
    }

    private static String wordAfter(List<String> lexemes, int index) {
        for (int i = index + 1; i < lexemes.size(); i++) {
            if (!lexemes.get(i).isBlank()) {
                return lexemes.get(i);
            }
        }
        return "";
    }

    private static List<String> words(List<String> lexemes) {
        return lexemes.stream().filter(lexeme -> !lexeme.isBlank()).toList();
    }

    /** String literals, words, and single other characters, or two that compare. */
    private static List<String> lexemes(String expression) {
        List<String> lexemes = new ArrayList<>();
        int start = 0;
        while (start < expression.length()) {
            char c = expression.charAt(start);
            int end = start + 1;
            if (c == '\'' || c == '"') {
                end = literalEnd(expression, start);
            } else if (Character.isJavaIdentifierPart(c)) {
                while (end < expression.length() && Character.isJavaIdentifierPart(expression.charAt(end))) {
                    end++;
                }
            } else if ("=!<>".indexOf(c) >= 0 && expression.startsWith("=", end)) {
                end++;
            }
            lexemes.add(expression.substring(start, end));
            start = end;
        }
        return lexemes;
    }
}
