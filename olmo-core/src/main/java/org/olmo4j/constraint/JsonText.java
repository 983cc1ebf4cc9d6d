package org.olmo4j.constraint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The inside of a JSON string as an automaton (RFC 8259 for escapes, RFC 3629 for UTF-8): no control characters, no overlong or broken
 * sequences, no surrogate that is escaped alone. States of one character lie between {@link #TEXT} and {@link #TEXT}.
 */
final class JsonText {

    /** Between two characters. */
    static final int TEXT = 0;
    /** Behind the closing quotation mark. */
    static final int CLOSED = 1;

    private static final int ONE_MORE = 2;
    private static final int TWO_MORE = 3;
    private static final int AFTER_E0 = 4;
    private static final int AFTER_ED = 5;
    private static final int AFTER_F0 = 6;
    private static final int THREE_MORE = 7;
    private static final int AFTER_F4 = 8;
    /** The states above are within a character that is written as it is. */
    private static final int LAST_PLAIN = AFTER_F4;

    private static final int ESCAPE = 9;
    private static final int UNICODE = 10;
    private static final int UNICODE_D = 11;
    private static final int THREE_HEX = 12;
    private static final int TWO_HEX = 13;
    private static final int ONE_HEX = 14;
    private static final int HIGH_TWO_HEX = 15;
    private static final int HIGH_ONE_HEX = 16;
    private static final int HIGH = 17;
    private static final int HIGH_ESCAPE = 18;
    private static final int LOW_UNICODE = 19;
    private static final int LOW_D = 20;
    static final int STATES = 21;

    private static final byte[] FREE = new byte[STATES * 256];
    /** As a key is written: only the quotation mark and the backslash are escaped, so that each text is written in one way only. */
    private static final byte[] KEY = new byte[STATES * 256];

    private static final ByteClasses CLASSES;

    static {
        Arrays.fill(FREE, (byte) Lexicon.DEAD);
        characters();
        System.arraycopy(FREE, 0, KEY, 0, FREE.length);
        Arrays.fill(KEY, ESCAPE * 256, KEY.length, (byte) Lexicon.DEAD);
        KEY[ESCAPE * 256 + '"'] = TEXT;
        KEY[ESCAPE * 256 + '\\'] = TEXT;
        escapes();
        CLASSES = classes();
    }

    private JsonText() {}

    /** What follows in a string. */
    static int step(int state, int octet) {
        return FREE[state << 8 | octet];
    }

    /** What follows in a key. */
    static int stepInKey(int state, int octet) {
        return KEY[state << 8 | octet];
    }

    /** Bytes that all states of a string treat alike. */
    static ByteClasses byteClasses() {
        return CLASSES;
    }

    /** Whether these bytes are whole characters written as they are, and perhaps the beginning of one more. */
    static boolean plain(byte[] bytes) {
        int state = TEXT;
        for (byte octet : bytes) {
            state = step(state, octet & 0xff);
            if (state == Lexicon.DEAD || state == CLOSED || state > LAST_PLAIN) {
                return false;
            }
        }
        return true;
    }

    /** The one way in which keys, enumerated values and texts of a pattern are written, without quotation marks. */
    static byte[] encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        text.codePoints().forEach(character -> encoded.append(encode(character)));
        return encoded.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The one way in which a character is written. */
    static String encode(int character) {
        return switch (character) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> character < ' ' ? "\\u%04x".formatted(character) : Character.toString(character);
        };
    }

    private static void characters() {
        on(TEXT, 0x20, 0x7f, TEXT);
        on(TEXT, '"', '"', CLOSED);
        on(TEXT, '\\', '\\', ESCAPE);
        on(TEXT, 0xc2, 0xdf, ONE_MORE);
        on(TEXT, 0xe0, 0xe0, AFTER_E0);
        on(TEXT, 0xe1, 0xef, TWO_MORE);
        on(TEXT, 0xed, 0xed, AFTER_ED);
        on(TEXT, 0xf0, 0xf0, AFTER_F0);
        on(TEXT, 0xf1, 0xf3, THREE_MORE);
        on(TEXT, 0xf4, 0xf4, AFTER_F4);
        on(ONE_MORE, 0x80, 0xbf, TEXT);
        on(TWO_MORE, 0x80, 0xbf, ONE_MORE);
        on(AFTER_E0, 0xa0, 0xbf, ONE_MORE);
        on(AFTER_ED, 0x80, 0x9f, ONE_MORE);
        on(AFTER_F0, 0x90, 0xbf, TWO_MORE);
        on(THREE_MORE, 0x80, 0xbf, TWO_MORE);
        on(AFTER_F4, 0x80, 0x8f, TWO_MORE);
    }

    private static void escapes() {
        "\"\\/bfnrt".chars().forEach(octet -> on(ESCAPE, octet, octet, TEXT));
        on(ESCAPE, 'u', 'u', UNICODE);
        onHex(UNICODE, THREE_HEX);
        onHex(THREE_HEX, TWO_HEX);
        onHex(TWO_HEX, ONE_HEX);
        onHex(ONE_HEX, TEXT);
        onEither(UNICODE, "dD", UNICODE_D);
        onEither(UNICODE_D, "01234567", TWO_HEX);
        onEither(UNICODE_D, "89abAB", HIGH_TWO_HEX);
        onHex(HIGH_TWO_HEX, HIGH_ONE_HEX);
        onHex(HIGH_ONE_HEX, HIGH);
        on(HIGH, '\\', '\\', HIGH_ESCAPE);
        on(HIGH_ESCAPE, 'u', 'u', LOW_UNICODE);
        onEither(LOW_UNICODE, "dD", LOW_D);
        onEither(LOW_D, "cdefCDEF", TWO_HEX);
    }

    private static void onHex(int state, int target) {
        onEither(state, "0123456789abcdefABCDEF", target);
    }

    private static void onEither(int state, String octets, int target) {
        octets.chars().forEach(octet -> on(state, octet, octet, target));
    }

    private static void on(int state, int first, int last, int target) {
        Arrays.fill(FREE, state << 8 | first, (state << 8 | last) + 1, (byte) target);
    }

    private static ByteClasses classes() {
        BitSet starts = new BitSet(256);
        for (int octet = 1; octet < 256; octet++) {
            for (int state = 0; state < STATES; state++) {
                if (step(state, octet) != step(state, octet - 1)) {
                    starts.set(octet);
                }
            }
        }
        return ByteClasses.startingAt(starts);
    }
}
