package org.olmo4j.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** SHA-256 over parts, each preceded by its length so that no two lists of parts give the same bytes. */
final class Fingerprint {

    private Fingerprint() {}

    static void add(MessageDigest digest, byte[] part) {
        add(digest, part.length);
        digest.update(part);
    }

    static void add(MessageDigest digest, String part) {
        add(digest, part.getBytes(StandardCharsets.UTF_8));
    }

    static void add(MessageDigest digest, long part) {
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(part).array());
    }

    static String finish(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
