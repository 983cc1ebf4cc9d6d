package org.olmo4j.backend.cuda.virtual.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The tokens of a source, read one after another. */
final class Tokens {

    private static final Pattern TOKEN = Pattern.compile("(?<blank>\\s+|//[^\\n]*|/\\*(?s:.*?)\\*/)"
            + "|(?<number>[0-9][\\w.]*)"
            + "|(?<word>[A-Za-z_$%.][\\w$]*(?:(?:\\.|::)[\\w$]+)*)"
            + "|(?<text>\"[^\"]*\")"
            + "|(?<sign>[-+{}\\[\\](),;:@!|=<>&~*/])");

    private final List<Token> tokens;
    private int next;

    Tokens(String source) {
        tokens = split(source);
    }

    private static List<Token> split(String source) {
        List<Token> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(source);
        int line = 1;
        int position = 0;
        while (position < source.length()) {
            if (!matcher.find(position) || matcher.start() != position) {
                throw new PtxSyntaxException(line, "unexpected character '" + source.charAt(position) + "'");
            }
            String text = matcher.group();
            Token.Kind kind = kindOf(matcher);
            if (kind != null) {
                tokens.add(new Token(kind, text, line));
            } else {
                line += (int) text.chars().filter(c -> c == '\n').count();
            }
            position = matcher.end();
        }
        tokens.add(new Token(Token.Kind.END, "end of file", line));
        return tokens;
    }

    private static Token.@Nullable Kind kindOf(Matcher matcher) {
        if (matcher.group("blank") != null) {
            return null;
        }
        if (matcher.group("number") != null) {
            return Token.Kind.NUMBER;
        }
        if (matcher.group("word") != null) {
            return Token.Kind.WORD;
        }
        return matcher.group("text") != null ? Token.Kind.TEXT : Token.Kind.SIGN;
    }

    Token peek() {
        return tokens.get(next);
    }

    Token peekSecond() {
        return tokens.get(Math.min(next + 1, tokens.size() - 1));
    }

    boolean atEnd() {
        return peek().kind() == Token.Kind.END;
    }

    int line() {
        return peek().line();
    }

    Token take() {
        Token token = peek();
        if (!atEnd()) {
            next++;
        }
        return token;
    }

    /** Takes the next token if it is this one. */
    boolean takeIf(String text) {
        if (peek().is(text)) {
            next++;
            return true;
        }
        return false;
    }

    void expect(String text) {
        if (!takeIf(text)) {
            throw new PtxSyntaxException(line(), "expected '" + text + "', found '" + peek().text() + "'");
        }
    }

    String word() {
        if (peek().kind() != Token.Kind.WORD) {
            throw new PtxSyntaxException(line(), "expected a name, found '" + peek().text() + "'");
        }
        return take().text();
    }

    /** A whole number, decimal or hexadecimal, with a sign if it has one. */
    long integer() {
        boolean negative = takeIf("-");
        Token token = take();
        if (token.kind() != Token.Kind.NUMBER) {
            throw new PtxSyntaxException(token.line(), "expected a number, found '" + token.text() + "'");
        }
        return Immediates.integer(token, negative);
    }

    /** Skips what is left of the line of the last token: for the directives of debuggers, which have no closing sign. */
    void skipLine(int line) {
        while (!atEnd() && line() == line) {
            next++;
        }
    }
}
