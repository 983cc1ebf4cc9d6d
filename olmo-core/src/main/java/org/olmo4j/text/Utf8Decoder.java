package org.olmo4j.text;

/**
 * Decodes UTF-8 that arrives in pieces. An ill-formed sequence becomes one U+FFFD for each maximal subpart, as the Unicode Standard
 * (chapter 3.9, "U+FFFD Substitution of Maximal Subparts") recommends and Rust's {@code from_utf8_lossy} does; Java's own decoder
 * differs for encoded surrogates. Not thread-safe.
 */
final class Utf8Decoder {

    private static final char REPLACEMENT = '\uFFFD';

    private int codePoint;
    private int missing;
    private int lowest = 0x80;
    private int highest = 0xBF;

    /**
     * Decodes more bytes.
     *
     * @param bytes continuing the bytes so far
     * @param out takes the characters that are complete
     */
    void decode(byte[] bytes, StringBuilder out) {
        for (byte b : bytes) {
            decode(b & 0xFF, out);
        }
    }

    /**
     * Ends the text: an incomplete character becomes U+FFFD.
     *
     * @param out takes it
     */
    void finish(StringBuilder out) {
        if (missing > 0) {
            out.append(REPLACEMENT);
            expectStart();
        }
    }

    private void decode(int unsignedByte, StringBuilder out) {
        if (missing > 0) {
            if (unsignedByte >= lowest && unsignedByte <= highest) {
                codePoint = (codePoint << 6) | (unsignedByte & 0x3F);
                missing--;
                lowest = 0x80;
                highest = 0xBF;
                if (missing == 0) {
                    out.appendCodePoint(codePoint);
                }
                return;
            }
            out.append(REPLACEMENT);
            expectStart();
        }
        start(unsignedByte, out);
    }

    /** Table 3-7 of the Unicode Standard: the second byte's range depends on the first. */
    private void start(int first, StringBuilder out) {
        if (first < 0x80) {
            out.append((char) first);
        } else if (first >= 0xC2 && first <= 0xDF) {
            expect(first & 0x1F, 1, 0x80, 0xBF);
        } else if (first >= 0xE0 && first <= 0xEF) {
            expect(first & 0x0F, 2, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
        } else if (first >= 0xF0 && first <= 0xF4) {
            expect(first & 0x07, 3, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
        } else {
            out.append(REPLACEMENT);
        }
    }

    private void expectStart() {
        expect(0, 0, 0x80, 0xBF);
    }

    private void expect(int bits, int bytes, int from, int to) {
        codePoint = bits;
        missing = bytes;
        lowest = from;
        highest = to;
    }
}
