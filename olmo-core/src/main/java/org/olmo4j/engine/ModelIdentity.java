package org.olmo4j.engine;

import java.util.Optional;
import org.olmo4j.backend.Numerics;

/**
 * Everything on the model's side that decides which tokens a request gets.
 *
 * @param fingerprint of the checkpoint, from its configuration, headers, sizes and times: hexadecimal SHA-256
 * @param contentHash of the checkpoint, from its configuration and weights: hexadecimal SHA-256; empty while it is not known
 * @param tokenizerHash hexadecimal SHA-256; empty without a tokenizer
 * @param templateHash of the chat template, hexadecimal SHA-256; empty without a tokenizer
 * @param numerics how the backend computes
 */
public record ModelIdentity(
        String fingerprint,
        Optional<String> contentHash,
        Optional<String> tokenizerHash,
        Optional<String> templateHash,
        Numerics numerics) {

    /**
     * Whether two identities are of the same weights: by their content where both know it, else by their fingerprints.
     *
     * @param other to compare with
     * @return true if so; false also where one fingerprint differs and the content is not known yet
     */
    public boolean hasWeightsOf(ModelIdentity other) {
        boolean known = contentHash.isPresent() && other.contentHash.isPresent();
        return known ? contentHash.equals(other.contentHash) : fingerprint.equals(other.fingerprint);
    }
}
