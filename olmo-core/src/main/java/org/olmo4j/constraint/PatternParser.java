package org.olmo4j.constraint;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the regular part of ECMA-262's expressions, which {@code pattern} uses: characters, classes, groups, alternatives, repetition, and
 * anchors at the ends of the alternatives. As there, an expression without anchors may match anywhere in a text. What is not regular (look
 * around, back references), what depends on Unicode tables ({@code \p}), and word borders are refused.
 */
final class PatternParser {

    private static final int MAX_DEPTH = 32;
    private static final int MAX_REPEAT = 1000;
    private static final int END = -1;

    private static final CodePoints DIGITS = CodePoints.of('0', '9');
    private static final CodePoints WORD =
            DIGITS.or(CodePoints.of('A', 'Z')).or(CodePoints.of('a', 'z')).or(CodePoints.of('_'));
    private static final CodePoints LINE_ENDS =
            CodePoints.of('\n').or(CodePoints.of('\r')).or(CodePoints.of(0x2028, 0x2029));
    /** WhiteSpace and LineTerminator of ECMA-262: tab, line tabulation, form feed, U+FEFF, and Unicode's space separators. */
    private static final CodePoints SPACE = LINE_ENDS
            .or(CodePoints.of('\t'))
            .or(CodePoints.of(0x0b, 0x0c))
            .or(CodePoints.of(' '))
            .or(CodePoints.of(0xa0))
            .or(CodePoints.of(0x1680))
            .or(CodePoints.of(0x2000, 0x200a))
            .or(CodePoints.of(0x202f))
            .or(CodePoints.of(0x205f))
            .or(CodePoints.of(0x3000))
            .or(CodePoints.of(0xfeff));

    private final int[] characters;
    private int position;
    private int depth;

    private PatternParser(String expression) {
        this.characters = expression.codePoints().toArray();
    }

    /** An expression is not one, or not a regular one. */
    static final class UnsupportedPatternException extends Exception {
        private static final long serialVersionUID = 1L;

        UnsupportedPatternException(String message) {
            super(message);
        }
    }

    /**
     * Reads an expression.
     *
     * @param expression as {@code pattern} has it
     * @return all texts in which it matches somewhere
     * @throws UnsupportedPatternException with what is not understood, in words
     */
    static TextPattern parse(String expression) throws UnsupportedPatternException {
        PatternParser parser = new PatternParser(expression);
        List<TextPattern> options = new ArrayList<>();
        do {
            options.add(parser.searched());
        } while (parser.take('|'));
        if (parser.peek() != END) {
            throw parser.unsupported("an unmatched ')'");
        }
        return options.size() == 1 ? options.getFirst() : new TextPattern.Choice(options);
    }

    /** An alternative at the top, with what may stand before and behind it. */
    private TextPattern searched() throws UnsupportedPatternException {
        List<TextPattern> parts = new ArrayList<>();
        if (!take('^')) {
            parts.add(TextPattern.ANY_TEXT);
        }
        parts.add(sequence());
        if (!take('$')) {
            parts.add(TextPattern.ANY_TEXT);
        } else if (peek() != END && peek() != '|') {
            throw unsupported("'$' within the expression");
        }
        return new TextPattern.Sequence(parts);
    }

    private TextPattern choice() throws UnsupportedPatternException {
        List<TextPattern> options = new ArrayList<>();
        do {
            options.add(sequence());
        } while (take('|'));
        return options.size() == 1 ? options.getFirst() : new TextPattern.Choice(options);
    }

    private TextPattern sequence() throws UnsupportedPatternException {
        List<TextPattern> parts = new ArrayList<>();
        while (peek() != END && peek() != '|' && peek() != ')' && peek() != '$') {
            parts.add(repeated(atom()));
        }
        return parts.size() == 1 ? parts.getFirst() : new TextPattern.Sequence(parts);
    }

    private TextPattern repeated(TextPattern part) throws UnsupportedPatternException {
        TextPattern.Repeat repeat = switch (peek()) {
            case '*' -> next(new TextPattern.Repeat(part, 0, TextPattern.Repeat.UNLIMITED));
            case '+' -> next(new TextPattern.Repeat(part, 1, TextPattern.Repeat.UNLIMITED));
            case '?' -> next(new TextPattern.Repeat(part, 0, 1));
            case '{' -> counted(part);
            default -> null;
        };
        if (repeat == null) {
            return part;
        }
        // A lazy quantifier finds another match, but matches in the same texts.
        take('?');
        if (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{') {
            throw unsupported("a quantifier behind a quantifier");
        }
        return repeat;
    }

    private TextPattern.Repeat next(TextPattern.Repeat repeat) {
        position++;
        return repeat;
    }

    private TextPattern.Repeat counted(TextPattern part) throws UnsupportedPatternException {
        position++;
        int minimum = count();
        int maximum = minimum;
        if (take(',')) {
            maximum = peek() == '}' ? TextPattern.Repeat.UNLIMITED : count();
        }
        if (!take('}') || maximum < minimum) {
            throw unsupported("a quantifier that is not {n}, {n,} or {n,m}");
        }
        return new TextPattern.Repeat(part, minimum, maximum);
    }

    private int count() throws UnsupportedPatternException {
        int start = position;
        int count = 0;
        while (peek() >= '0' && peek() <= '9') {
            count = count * 10 + characters[position++] - '0';
            if (count > MAX_REPEAT) {
                throw unsupported("a repetition of more than " + MAX_REPEAT);
            }
        }
        if (position == start) {
            throw unsupported("a quantifier without a number");
        }
        return count;
    }

    private TextPattern atom() throws UnsupportedPatternException {
        int character = characters[position++];
        return switch (character) {
            case '(' -> group();
            case '[' -> new TextPattern.OneOf(characterClass());
            case '.' -> new TextPattern.OneOf(LINE_ENDS.not());
            case '\\' -> new TextPattern.OneOf(escape());
            case '^' -> throw unsupported("'^' within the expression");
            case '*', '+', '?', '{' -> throw unsupported("a quantifier behind nothing");
            case '}', ']' -> throw unsupported("an unmatched '" + Character.toString(character) + "'");
            default -> new TextPattern.OneOf(CodePoints.of(character));
        };
    }

    private TextPattern group() throws UnsupportedPatternException {
        if (++depth > MAX_DEPTH) {
            throw unsupported("groups nested deeper than " + MAX_DEPTH);
        }
        if (take('?')) {
            if (take('<') && peek() != '=' && peek() != '!') {
                skipName();
            } else if (!take(':')) {
                throw unsupported("a group '(?' that is neither (?:...) nor named");
            }
        }
        TextPattern content = choice();
        if (peek() == '$') {
            throw unsupported("'$' within a group");
        }
        if (!take(')')) {
            throw unsupported("a group that is not closed");
        }
        depth--;
        return content;
    }

    private void skipName() throws UnsupportedPatternException {
        while (peek() != '>') {
            if (!Character.isLetterOrDigit(peek()) && peek() != '_') {
                throw unsupported("a group name that is none");
            }
            position++;
        }
        position++;
    }

    private CodePoints characterClass() throws UnsupportedPatternException {
        boolean negated = take('^');
        CodePoints set = CodePoints.NONE;
        while (!take(']')) {
            if (peek() == END) {
                throw unsupported("a character class that is not closed");
            }
            CodePoints first = classMember();
            boolean range = peek() == '-' && position + 1 < characters.length && characters[position + 1] != ']';
            if (range) {
                position++;
                set = set.or(range(first, classMember()));
            } else {
                set = set.or(first);
            }
        }
        return negated ? set.not() : set;
    }

    private CodePoints classMember() throws UnsupportedPatternException {
        int character = characters[position++];
        return character == '\\' ? escape() : CodePoints.of(character);
    }

    private CodePoints range(CodePoints first, CodePoints last) throws UnsupportedPatternException {
        if (single(first) && single(last)) {
            int from = first.ranges().getFirst().first();
            int to = last.ranges().getFirst().first();
            if (from <= to) {
                return CodePoints.of(from, to);
            }
        }
        throw unsupported("a range whose ends are not two characters in order");
    }

    private static boolean single(CodePoints set) {
        return set.ranges().size() == 1
                && set.ranges().getFirst().first() == set.ranges().getFirst().last();
    }

    private CodePoints escape() throws UnsupportedPatternException {
        if (peek() == END) {
            throw unsupported("a backslash at the end");
        }
        int character = characters[position++];
        return switch (character) {
            case 'd' -> DIGITS;
            case 'D' -> DIGITS.not();
            case 'w' -> WORD;
            case 'W' -> WORD.not();
            case 's' -> SPACE;
            case 'S' -> SPACE.not();
            case 't' -> CodePoints.of('\t');
            case 'n' -> CodePoints.of('\n');
            case 'r' -> CodePoints.of('\r');
            case 'f' -> CodePoints.of('\f');
            case 'v' -> CodePoints.of(0x0b);
            case 'x' -> CodePoints.of(hexadecimal(2));
            case 'u' -> CodePoints.of(unicode());
            default -> {
                boolean syntax = character < 0x80 && !Character.isLetterOrDigit(character) && character != '_';
                if (!syntax) {
                    throw unsupported("'\\" + Character.toString(character) + "'");
                }
                yield CodePoints.of(character);
            }
        };
    }

    private int unicode() throws UnsupportedPatternException {
        int high = hexadecimal(4);
        if (Character.isHighSurrogate((char) high) && take('\\') && take('u')) {
            int low = hexadecimal(4);
            if (Character.isLowSurrogate((char) low)) {
                return Character.toCodePoint((char) high, (char) low);
            }
        }
        if (Character.isSurrogate((char) high)) {
            throw unsupported("a surrogate alone");
        }
        return high;
    }

    private int hexadecimal(int digits) throws UnsupportedPatternException {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = peek() == END ? END : Character.digit(characters[position++], 16);
            if (digit == END) {
                throw unsupported("an escape with fewer than " + digits + " hexadecimal digits");
            }
            value = value * 16 + digit;
        }
        return value;
    }

    private boolean take(int character) {
        if (peek() == character) {
            position++;
            return true;
        }
        return false;
    }

    private int peek() {
        return position < characters.length ? characters[position] : END;
    }

    private UnsupportedPatternException unsupported(String what) {
        return new UnsupportedPatternException(what);
    }
}
