package org.olmo4j.spring.promptlog;

import org.olmo4j.hash.Sha256;

/**
 * Makes text that every database takes, and gives back as it was: PostgreSQL refuses U+0000, its driver changes lone surrogates, and an index entry
 * has a greatest size.
 */
final class StorableText {

    private static final char REPLACEMENT = '\uFFFD';
    private static final int HASH_CHARACTERS = 64;

    private StorableText() {}

    /** The same text if nothing is wrong with it. */
    static String repaired(String text) {
        int at = firstDefect(text, 0);
        if (at < 0) {
            return text;
        }
        StringBuilder good = new StringBuilder(text);
        for (; at >= 0; at = firstDefect(text, at + 1)) {
            good.setCharAt(at, REPLACEMENT);
        }
        return good.toString();
    }

    private static int firstDefect(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return i;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Of no more than a length. What is longer is cut, with a hash of the whole behind it, so that what was different stays different, and the same
     * text is found again.
     */
    static String fitted(String text, int most) {
        String good = repaired(text);
        return good.length() <= most
                ? good
                : repaired(good.substring(0, most - HASH_CHARACTERS - 1)) + '~' + Sha256.hex(good);
    }
}
