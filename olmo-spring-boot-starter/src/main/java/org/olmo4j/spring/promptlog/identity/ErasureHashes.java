package org.olmo4j.spring.promptlog.identity;

import java.util.List;
import org.olmo4j.spring.promptlog.encryption.MasterKeys;

/**
 * What stands for an erased user in the list of erasures: a keyed hash of what stood for the user in records, which may be the plain name. Immutable,
 * thread-safe.
 */
public final class ErasureHashes {

    private final KeyedHash hash;

    /**
     * Makes hashes.
     *
     * @param keys the first makes new hashes, all are looked for
     */
    public ErasureHashes(MasterKeys keys) {
        this.hash = new KeyedHash(keys, "hashes of erased users");
    }

    /**
     * The hash that is stored.
     *
     * @param userKey what stood for the user in records
     * @return under the current key; 52 characters
     */
    public String of(String userKey) {
        return hash.of(KeyedHash.bytes(userKey));
    }

    /**
     * All that may have been stored.
     *
     * @param userKey what stands for a user in records
     * @return under every key, the current one first
     */
    public List<String> allOf(String userKey) {
        return hash.allOf(KeyedHash.bytes(userKey));
    }
}
