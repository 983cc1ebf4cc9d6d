package org.olmo4j.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import org.olmo4j.hash.Sha256;

/**
 * Names a full block of keys and values by everything they depend on: the salt, all tokens before the block, and its own. A chain of SHA-256,
 * so that nobody can make up a prompt that is taken for another.
 */
record BlockKey(long first, long second, long third, long fourth) {

    /** What the first block of a sequence follows. */
    static BlockKey root(@Nullable String salt) {
        MessageDigest digest = Sha256.start();
        digest.update((byte) (salt == null ? 0 : 1));
        if (salt != null) {
            digest.update(salt.getBytes(StandardCharsets.UTF_8));
        }
        return of(digest);
    }

    /** The key of the block that follows this one and has these tokens. */
    BlockKey next(int[] tokens, int from, int to) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * Long.BYTES + (to - from) * Integer.BYTES);
        bytes.putLong(first).putLong(second).putLong(third).putLong(fourth);
        for (int i = from; i < to; i++) {
            bytes.putInt(tokens[i]);
        }
        MessageDigest digest = Sha256.start();
        digest.update(bytes.array());
        return of(digest);
    }

    private static BlockKey of(MessageDigest digest) {
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        return new BlockKey(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
    }
}
