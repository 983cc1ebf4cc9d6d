package org.olmo4j.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The alphabet in which byte-level BPE vocabularies are written: each byte is one printable character (GPT-2, {@code bytes_to_unicode}).
 */
final class ByteLevelAlphabet {

    /** The byte of each character below this length; -1 for characters that stand for none. */
    private static final short[] BYTE_OF_CHARACTER = byteOfCharacter();

    private ByteLevelAlphabet() {}

    /**
     * The bytes that a token of a byte-level vocabulary stands for. If any of its characters is outside the alphabet, as in added tokens
     * made of spaces, the whole token is taken as it is, in UTF-8; so does the decoder {@code ByteLevel} of HuggingFace tokenizers.
     *
     * @param token a token as written in the vocabulary
     * @return its bytes
     */
    static byte[] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = token.charAt(i);
            if (c >= BYTE_OF_CHARACTER.length || BYTE_OF_CHARACTER[c] < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) BYTE_OF_CHARACTER[c];
        }
        return bytes;
    }

    private static short[] byteOfCharacter() {
        int firstSubstitute = 0x100;
        short[] table = new short[2 * firstSubstitute];
        Arrays.fill(table, (short) -1);
        int substitute = firstSubstitute;
        for (short value = 0; value < 0x100; value++) {
            boolean printable = (value >= '!' && value <= '~')
                    || (value >= 0xA1 && value <= 0xAC)
                    || (value >= 0xAE && value <= 0xFF);
            table[printable ? value : substitute++] = value;
        }
        return table;
    }
}
