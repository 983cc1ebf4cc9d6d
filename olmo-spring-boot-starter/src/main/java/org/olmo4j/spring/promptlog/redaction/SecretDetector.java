package org.olmo4j.spring.promptlog.redaction;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values behind names that say that they are secret: {@code password=...}, {@code "api_key": "..."}, {@code Authorization: Basic ...}, and the
 * password in a URL. What a name that is common in programs is given (token, key) has to look like a secret itself.
 */
final class SecretDetector implements Detector {

    private static final String LABEL = "[SECRET]";
    private static final int LONGEST_NAME = 48;
    private static final int LONGEST_VALUE_LOOKED_AT = 256;
    private static final int LONGEST_USER_INFO = 128;
    private static final int MOST_SPACES = 4;

    private static final List<String> PASSWORDS =
            List.of("password", "passwd", "pwd", "passphrase", "passwort", "kennwort", "passcode");
    private static final List<String> KEYS = List.of(
            "secret",
            "token",
            "apikey",
            "accesskey",
            "secretkey",
            "privatekey",
            "accountkey",
            "sharedkey",
            "signingkey",
            "encryptionkey",
            "authkey",
            "authorization",
            "credential",
            "credentials",
            "sig",
            "signature");
    private static final List<String> SCHEMES = List.of("bearer ", "basic ", "token ");
    private static final Set<String> PLACEHOLDERS = Set.of(
            "null",
            "none",
            "nil",
            "true",
            "false",
            "undefined",
            "required",
            "optional",
            "string",
            "str",
            "redacted",
            "changeme",
            "password",
            "secret");

    @Override
    public @Nullable Match find(Text text, int at, int from) {
        char c = text.at(at);
        if (c == ':' && text.startsWith(at, "://")) {
            return passwordInUrl(text, at + 3);
        }
        if (c == '=' || c == ':') {
            return assigned(text, at, from);
        }
        if ((c == 'i' || c == 'I') && text.startsWithIgnoringCase(at, "is ") && text.at(at - 1) == ' ') {
            return spoken(text, at, from);
        }
        return null;
    }

    private static @Nullable Match passwordInUrl(Text text, int begin) {
        int colon = -1;
        for (int at = begin; at < begin + LONGEST_USER_INFO; at++) {
            char c = text.at(at);
            if (c == '@') {
                boolean secret = colon >= 0 && at > colon + 1 && !isPlaceholder(text.substring(colon + 1, at));
                return secret ? new Match(colon + 1, at, LABEL) : null;
            }
            if (c == ':' && colon < 0) {
                colon = at;
            } else if (c == '/' || c == '?' || c == '#' || c == '"' || c == Text.NONE || Character.isWhitespace(c)) {
                return null;
            }
        }
        return null;
    }

    /** The name before this position, without what separates its words, in lower case. */
    private static String nameBefore(Text text, int at, int from) {
        int end = at;
        for (int spaces = 0; spaces < MOST_SPACES && end > from && text.at(end - 1) == ' '; spaces++) {
            end--;
        }
        if (end > from && isQuote(text.at(end - 1))) {
            end--;
        }
        if (end > from && text.at(end - 1) == '\\') {
            end--;
        }
        StringBuilder name = new StringBuilder();
        for (int i = end - 1; i >= Math.max(from, end - LONGEST_NAME); i--) {
            char c = text.at(i);
            if (Text.isAlphanumeric(c)) {
                name.append(c);
            } else if (c != '_' && c != '-' && c != '.') {
                break;
            }
        }
        return name.reverse().toString().toLowerCase(Locale.ROOT);
    }

    private static boolean endsWithAny(String name, List<String> words) {
        for (String word : words) {
            if (name.endsWith(word)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Match assigned(Text text, int at, int from) {
        String name = nameBefore(text, at, from);
        boolean password = endsWithAny(name, PASSWORDS);
        if (name.isEmpty() || (!password && !endsWithAny(name, KEYS))) {
            return null;
        }
        int begin = at + 1;
        while (begin <= at + 2 && (text.at(begin) == '=' || text.at(begin) == '>')) {
            begin++;
        }
        int afterSign = begin;
        while (begin < afterSign + MOST_SPACES && text.at(begin) == ' ') {
            begin++;
        }
        boolean spaced = begin > afterSign;
        if (text.at(begin) == '\\' && isQuote(text.at(begin + 1))) {
            begin++;
        }
        boolean quoted = isQuote(text.at(begin));
        char quote = quoted ? text.at(begin++) : Text.NONE;
        boolean schemed = false;
        for (String scheme : SCHEMES) {
            if (text.startsWithIgnoringCase(begin, scheme)) {
                begin += scheme.length();
                schemed = true;
                break;
            }
        }
        Value value = value(text, begin, quote);
        boolean secret = password
                ? isPassword(text, value, quoted, spaced, text.at(at))
                : value.looksRandom()
                        || (schemed && value.text().length() >= 8)
                        || (quoted && value.text().length() >= 16 && value.hasDigit());
        return secret && !isPlaceholder(value.text()) ? new Match(begin, endOf(text, value, quote), LABEL) : null;
    }

    /** "The password is Xy7!": said in a sentence, it must look like one. */
    private static @Nullable Match spoken(Text text, int at, int from) {
        if (!endsWithAny(nameBefore(text, at, from), PASSWORDS)) {
            return null;
        }
        int begin = at + "is ".length();
        boolean quoted = isQuote(text.at(begin));
        char quote = quoted ? text.at(begin++) : Text.NONE;
        Value value = value(text, begin, quote);
        return value.text().length() >= 4 && (quoted || value.hasDigit() || value.hasSymbol())
                ? new Match(begin, endOf(text, value, quote), LABEL)
                : null;
    }

    /**
     * What a name is given.
     *
     * @param end behind what was looked at
     * @param text of it, without a sentence's punctuation
     */
    private record Value(int end, String text) {

        boolean hasDigit() {
            return text.chars().anyMatch(c -> Text.isDigit((char) c));
        }

        boolean hasLetter() {
            return text.chars().anyMatch(Character::isLetter);
        }

        /** Other than what names in programs, words and abbreviations have. */
        boolean hasSymbol() {
            return text.chars().anyMatch(c -> !Character.isLetterOrDigit(c) && "_.-/'".indexOf(c) < 0);
        }

        /** Eight letters and digits or more, as in hexadecimal or Base64. */
        boolean looksRandom() {
            return text.length() >= 8
                    && hasDigit()
                    && (hasLetter() || text.length() >= 16)
                    && text.chars().allMatch(c -> Text.isAlphanumeric((char) c) || "+/=_-.~!$%^*".indexOf(c) >= 0);
        }
    }

    private static Value value(Text text, int begin, char quote) {
        int end = begin;
        while (end < begin + LONGEST_VALUE_LOOKED_AT && isValue(text, end, quote)) {
            end++;
        }
        while (quote == Text.NONE && end > begin && ".:".indexOf(text.at(end - 1)) >= 0 && !text.isWord(end)) {
            end--;
        }
        return new Value(end, text.substring(begin, end));
    }

    /** Decided is by what was looked at, redacted is all. */
    private static int endOf(Text text, Value value, char quote) {
        int end = value.end();
        while (value.text().length() == LONGEST_VALUE_LOOKED_AT && isValue(text, end, quote)) {
            end++;
        }
        return end;
    }

    private static boolean isValue(Text text, int at, char quote) {
        char c = text.at(at);
        if (c == Text.NONE || c == '\n' || c == '\r') {
            return false;
        }
        if (quote != Text.NONE) {
            return c != quote && c != '\\';
        }
        return c == '&'
                ? !isNextParameter(text, at + 1)
                : !Character.isWhitespace(c) && ",;\"'`<>(){}[]|".indexOf(c) < 0;
    }

    /** Whether a name and an equals sign follow, as in the query of a URL. */
    private static boolean isNextParameter(Text text, int begin) {
        int at = begin;
        while (at < begin + LONGEST_NAME && text.isWord(at)) {
            at++;
        }
        return at > begin && text.at(at) == '=';
    }

    private static boolean isPassword(Text text, Value value, boolean quoted, boolean spaced, char sign) {
        char after = text.at(value.end());
        if (value.text().isEmpty() || after == '(' || after == '[' || after == '{') {
            return false;
        }
        if (quoted || value.hasDigit() || value.hasSymbol()) {
            return true;
        }
        boolean endsLine = after == Text.NONE || after == '\n' || after == '\r';
        return sign == '=' ? !spaced && !value.text().contains(".") && after != ')' && after != ',' : endsLine;
    }

    private static boolean isPlaceholder(String value) {
        return value.isEmpty()
                || "$<{[%*".indexOf(value.charAt(0)) >= 0
                || PLACEHOLDERS.contains(value.toLowerCase(Locale.ROOT))
                || value.chars().allMatch(c -> c == 'x' || c == 'X' || c == '.');
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'' || c == '`';
    }
}
