package org.olmo4j.spring.promptlog.encryption;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.olmo4j.spring.promptlog.encryption.EncryptionException.Reason;

/**
 * The master keys of an installation: the first is used for what is new, all for what is there. All instances on one database need the same.
 * Immutable.
 *
 * @param keys the current one, then older ones; not empty, no key twice
 */
public record MasterKeys(List<MasterKey> keys) {

    /**
     * Checks that there is one, and none twice.
     *
     * @throws EncryptionException if there is none, or one twice
     */
    public MasterKeys {
        keys = List.copyOf(keys);
        if (keys.isEmpty()) {
            throw new EncryptionException(Reason.INVALID_KEY, "There is no master key", "Give one at least", null);
        }
        Set<String> ids = new HashSet<>();
        for (MasterKey key : keys) {
            if (!ids.add(key.id())) {
                throw new EncryptionException(
                        Reason.INVALID_KEY, "Master key " + key.id() + " is given twice", "Remove one of them", null);
            }
        }
    }

    /**
     * Keys from a configuration.
     *
     * @param base64 each 32 bytes in Base64, the current one first
     * @return the keys
     * @throws EncryptionException if there is none, or one is no key
     */
    public static MasterKeys ofBase64(List<String> base64) {
        return new MasterKeys(base64.stream().map(MasterKey::ofBase64).toList());
    }

    /**
     * Keys from a file, which is made with a random key if it is not there. Of several processes that come to make it at once one does, and all
     * have the same keys.
     *
     * @param file a key in Base64 on each line, the current one first; empty lines and such with # are skipped
     * @return the keys
     * @throws EncryptionException if the file cannot be read or made, others may read or change it, or it holds no keys
     */
    public static MasterKeys readOrCreate(Path file) {
        return KeyFile.readOrCreate(file);
    }

    /**
     * The key for what is new.
     *
     * @return the first
     */
    public MasterKey current() {
        return keys.getFirst();
    }

    /**
     * A key by its id.
     *
     * @param id of it
     * @return empty if it is none of these
     */
    public Optional<MasterKey> find(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    @Override
    public String toString() {
        return keys.toString();
    }
}
