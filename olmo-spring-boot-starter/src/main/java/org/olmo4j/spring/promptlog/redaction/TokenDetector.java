package org.olmo4j.spring.promptlog.redaction;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys and tokens that can be told by how they begin: those of well-known services, JSON Web Tokens (RFC 7519), bearer tokens (RFC 6750),
 * private keys in PEM form (RFC 7468).
 */
final class TokenDetector implements Detector {

    private static final String KEY = "[API_KEY]";
    private static final String TOKEN = "[TOKEN]";
    private static final String PRIVATE_KEY = "[PRIVATE_KEY]";

    private static final String PEM_BEGIN = "-----BEGIN ";
    private static final String PEM_END = "-----END ";
    private static final String PEM_KEY = "PRIVATE KEY";
    private static final int LONGEST_PEM_LABEL = 40;
    private static final int LONGEST_PEM = 16_384;

    private static final String BEARER = "bearer ";
    private static final int SHORTEST_BEARER = 16;
    private static final int SHORTEST_TOKEN_PART = 10;

    /**
     * How the keys of a service begin.
     *
     * @param literal the beginning
     * @param length fewest characters behind it
     */
    private record Prefix(String literal, int length) {}

    private static final List<Prefix> PREFIXES = List.of(
            new Prefix("sk-", 16),
            new Prefix("sk_live_", 16),
            new Prefix("sk_test_", 16),
            new Prefix("rk_live_", 16),
            new Prefix("rk_test_", 16),
            new Prefix("AKIA", 16),
            new Prefix("ASIA", 16),
            new Prefix("AIza", 35),
            new Prefix("ya29.", 20),
            new Prefix("ghp_", 30),
            new Prefix("gho_", 30),
            new Prefix("ghu_", 30),
            new Prefix("ghs_", 30),
            new Prefix("ghr_", 30),
            new Prefix("github_pat_", 22),
            new Prefix("glpat-", 20),
            new Prefix("xoxb-", 10),
            new Prefix("xoxp-", 10),
            new Prefix("xoxa-", 10),
            new Prefix("xoxr-", 10),
            new Prefix("xoxs-", 10),
            new Prefix("hf_", 30),
            new Prefix("npm_", 36),
            new Prefix("pypi-", 50),
            new Prefix("SG.", 40));

    @Override
    public @Nullable Match find(Text text, int at, int from) {
        char c = text.at(at);
        if (c == '-') {
            return text.startsWith(at, PEM_BEGIN) ? privateKey(text, at) : null;
        }
        if (!Text.isAlphanumeric(c) || isToken(text.at(at - 1))) {
            return null;
        }
        if (c == 'e' && text.startsWith(at, "eyJ")) {
            return webToken(text, at);
        }
        if ((c == 'b' || c == 'B') && text.startsWithIgnoringCase(at, BEARER)) {
            return bearer(text, at + BEARER.length());
        }
        for (Prefix prefix : PREFIXES) {
            if (c == prefix.literal().charAt(0) && text.startsWith(at, prefix.literal())) {
                return key(text, at, prefix);
            }
        }
        return null;
    }

    private static boolean isToken(char c) {
        return Text.isAlphanumeric(c) || c == '-' || c == '_' || c == '.';
    }

    /** Words joined by hyphens have no digits. */
    private static @Nullable Match key(Text text, int begin, Prefix prefix) {
        int body = begin + prefix.literal().length();
        int end = body;
        boolean hasDigit = false;
        while (isToken(text.at(end))) {
            hasDigit |= text.isDigit(end);
            end++;
        }
        while (end > body && text.at(end - 1) == '.') {
            end--;
        }
        return hasDigit && end - body >= prefix.length() ? new Match(begin, end, KEY) : null;
    }

    /** Three parts if it is signed, five if it is encrypted. */
    private static @Nullable Match webToken(Text text, int begin) {
        int end = begin;
        int parts = 0;
        for (int at = begin; parts < 5; at++) {
            int part = at;
            while (isToken(text.at(at)) && text.at(at) != '.') {
                at++;
            }
            if (at - part < SHORTEST_TOKEN_PART && parts < 2) {
                return null;
            }
            if (at > part) {
                end = at;
                parts++;
            }
            if (at == part || text.at(at) != '.') {
                break;
            }
        }
        return parts < 2 ? null : new Match(begin, end, TOKEN);
    }

    private static @Nullable Match bearer(Text text, int begin) {
        int end = begin;
        boolean hasDigit = false;
        while (isToken(text.at(end)) || "~+/=".indexOf(text.at(end)) >= 0) {
            hasDigit |= text.isDigit(end);
            end++;
        }
        return hasDigit && end - begin >= SHORTEST_BEARER ? new Match(begin, end, TOKEN) : null;
    }

    /** To its end line, or as far as it goes if that is missing. */
    private static @Nullable Match privateKey(Text text, int begin) {
        int at = begin + PEM_BEGIN.length();
        int labelEnd = at + LONGEST_PEM_LABEL;
        while (at < labelEnd && (Text.isUpperCase(text.at(at)) || text.at(at) == ' ')) {
            at++;
        }
        if (!text.startsWith(at - PEM_KEY.length(), PEM_KEY)) {
            return null;
        }
        while (text.at(at) == '-') {
            at++;
        }
        int last = at;
        int longest = at + LONGEST_PEM;
        while (at < longest) {
            char c = text.at(at);
            if (c == '-' && text.startsWith(at, PEM_END)) {
                at += PEM_END.length();
                while (Text.isUpperCase(text.at(at)) || text.at(at) == ' ') {
                    at++;
                }
                while (text.at(at) == '-') {
                    at++;
                }
                return new Match(begin, at, PRIVATE_KEY);
            }
            if (!isPem(c)) {
                break;
            }
            at++;
            if (c != ' ' && c != '\n' && c != '\r') {
                last = at;
            }
        }
        return new Match(begin, last, PRIVATE_KEY);
    }

    /** Base64, the headers of encrypted keys, and line ends, which in JSON and code are escaped. */
    private static boolean isPem(char c) {
        return Text.isAlphanumeric(c) || "+/= \n\r\\:,-\"".indexOf(c) >= 0;
    }
}
