package org.olmo4j.checkpoint;

import java.security.MessageDigest;
import java.util.Comparator;
import java.util.Map;
import org.olmo4j.hash.Sha256;

/**
 * What a content hash is made of: config.json byte by byte, and each tensor by what it does, its type, shape and bytes, in the order of
 * roles' names, layers and experts. So it is the same for the same model in other files, and at other times.
 */
final class ContentHash {

    /** Another order or other parts need another number here. */
    private static final String FORM = "olmo4j content 1";

    static final Comparator<TensorKey> ORDER = Comparator.comparing(
                    (TensorKey key) -> key.role().name())
            .thenComparingInt(TensorKey::layer)
            .thenComparingInt(TensorKey::expert);

    private ContentHash() {}

    /** Begins a tensor's digest; its bytes follow. */
    static MessageDigest start(TensorKey key, Tensor tensor) {
        MessageDigest digest = Sha256.start();
        Fingerprint.add(digest, key.role().name());
        Fingerprint.add(digest, key.layer());
        Fingerprint.add(digest, key.expert());
        Fingerprint.add(digest, tensor.type().name());
        Fingerprint.add(digest, tensor.rows());
        Fingerprint.add(digest, tensor.columns());
        return digest;
    }

    /** The hash of all, in hexadecimal. */
    static String of(byte[] config, Map<TensorKey, byte[]> tensorDigests) {
        MessageDigest digest = Sha256.start();
        Fingerprint.add(digest, FORM);
        Fingerprint.add(digest, config);
        Fingerprint.add(digest, tensorDigests.size());
        tensorDigests.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(ORDER))
                .forEach(tensor -> Fingerprint.add(digest, tensor.getValue()));
        return Fingerprint.finish(digest);
    }
}
