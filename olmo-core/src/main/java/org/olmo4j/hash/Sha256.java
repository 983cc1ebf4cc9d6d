package org.olmo4j.hash;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 (FIPS 180-4), which every Java platform has: no caller needs to expect that it is missing. Thread-safe. */
public final class Sha256 {

    private Sha256() {}

    /**
     * A digest to be fed piece by piece.
     *
     * @return a new one; not thread-safe
     */
    public static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256 (java.security.MessageDigest)", e);
        }
    }

    /**
     * The hash of some bytes.
     *
     * @param content any number of bytes
     * @return 64 lower-case hexadecimal digits
     */
    public static String hex(byte[] content) {
        return HexFormat.of().formatHex(start().digest(content));
    }

    /**
     * The hash of a text in UTF-8.
     *
     * @param text any text
     * @return 64 lower-case hexadecimal digits
     */
    public static String hex(String text) {
        return hex(text.getBytes(StandardCharsets.UTF_8));
    }
}
