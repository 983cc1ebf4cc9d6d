package org.olmo4j.spring.promptlog.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import org.olmo4j.spring.promptlog.encryption.MasterKeys;

/**
 * Keyed hashes of prompts, by which one that is supplied later can be checked against a record that holds no text. Prompts are hashed as text
 * or as token ids; a text and its tokens have different hashes. Immutable, thread-safe.
 */
public final class PromptHashes {

    private final KeyedHash texts;
    private final KeyedHash tokens;

    /**
     * Makes hashes.
     *
     * @param keys the first makes new hashes, all are tried when checking
     */
    public PromptHashes(MasterKeys keys) {
        this.texts = new KeyedHash(keys, "hashes of prompt texts");
        this.tokens = new KeyedHash(keys, "hashes of prompt tokens");
    }

    /**
     * The hash of a text.
     *
     * @param text hashed in UTF-8
     * @return under the current key; 52 characters
     */
    public String of(String text) {
        return texts.of(KeyedHash.bytes(text));
    }

    /**
     * The hash of tokens.
     *
     * @param tokenIds hashed as big-endian 32-bit integers
     * @return under the current key; 52 characters
     */
    public String of(int[] tokenIds) {
        return tokens.of(bytes(tokenIds));
    }

    /**
     * Whether a hash is that of a text.
     *
     * @param hash that was stored
     * @param text that was supplied
     * @return true if it is, under any of the keys
     */
    public boolean matches(String hash, String text) {
        return isAmong(hash, texts.allOf(KeyedHash.bytes(text)));
    }

    /**
     * Whether a hash is that of tokens.
     *
     * @param hash that was stored
     * @param tokenIds that were supplied
     * @return true if it is, under any of the keys
     */
    public boolean matches(String hash, int[] tokenIds) {
        return isAmong(hash, tokens.allOf(bytes(tokenIds)));
    }

    private static boolean isAmong(String hash, List<String> hashes) {
        byte[] wanted = hash.getBytes(UTF_8);
        boolean found = false;
        for (String candidate : hashes) {
            found |= MessageDigest.isEqual(candidate.getBytes(UTF_8), wanted);
        }
        return found;
    }

    private static byte[] bytes(int[] tokenIds) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * tokenIds.length);
        bytes.asIntBuffer().put(tokenIds);
        return bytes.array();
    }
}
