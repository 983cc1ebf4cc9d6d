package org.olmo4j.spring.promptlog.redaction;

/**
 * A text that can be read beyond its ends, where {@link #NONE} is.
 *
 * @param characters of it
 */
record Text(CharSequence characters) {

    /** No character. */
    static final char NONE = '\uFFFF';

    char at(int index) {
        return index >= 0 && index < characters.length() ? characters.charAt(index) : NONE;
    }

    int length() {
        return characters.length();
    }

    boolean isDigit(int index) {
        return isDigit(at(index));
    }

    /** Letters and digits of any script, and underscores. */
    boolean isWord(int index) {
        char c = at(index);
        return c == '_' || Character.isLetterOrDigit(c);
    }

    boolean startsWith(int index, String literal) {
        for (int i = 0; i < literal.length(); i++) {
            if (at(index + i) != literal.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** For a literal in lower case. */
    boolean startsWithIgnoringCase(int index, String literal) {
        for (int i = 0; i < literal.length(); i++) {
            if (Character.toLowerCase(at(index + i)) != literal.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    String substring(int begin, int end) {
        StringBuilder part = new StringBuilder(end - begin);
        for (int i = begin; i < end; i++) {
            part.append(at(i));
        }
        return part.toString();
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isUpperCase(char c) {
        return c >= 'A' && c <= 'Z';
    }

    static boolean isAlphanumeric(char c) {
        return isDigit(c) || isUpperCase(c) || (c >= 'a' && c <= 'z');
    }
}
