package org.olmo4j.spring.promptlog.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.olmo4j.spring.promptlog.encryption.MasterKey;
import org.olmo4j.spring.promptlog.encryption.MasterKeys;

class ErasureHashesTests {

    private static final MasterKey KEY = MasterKey.random();

    private final ErasureHashes hashes = new ErasureHashes(new MasterKeys(List.of(KEY)));

    @Test
    void cannotBeFoundByTryingNames() throws Exception {
        byte[] name = "ada".getBytes(StandardCharsets.UTF_8);
        String guessed =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(name));
        ErasureHashes ofAnother = new ErasureHashes(new MasterKeys(List.of(MasterKey.random())));

        assertThat(hashes.of("ada"))
                .isEqualTo(new ErasureHashes(new MasterKeys(List.of(KEY))).of("ada"))
                .doesNotContain(guessed, "ada")
                .isNotEqualTo(ofAnother.of("ada"))
                .isNotEqualTo(hashes.of("ben"));
    }

    @Test
    void areNotThePseudonymsOfRecords() {
        Pseudonyms users = Pseudonyms.ofUsers(IdentityMode.HMAC, new MasterKeys(List.of(KEY)));
        assertThat(hashes.of("ada")).isNotEqualTo(users.of("ada").orElseThrow());
    }

    @Test
    void areFoundUnderEveryKeyAfterARotation() {
        ErasureHashes rotated = new ErasureHashes(new MasterKeys(List.of(MasterKey.random(), KEY)));
        assertThat(rotated.allOf("ada")).hasSize(2).contains(hashes.of("ada"), rotated.of("ada"));
        assertThat(rotated.of("ada")).isNotEqualTo(hashes.of("ada"));
    }
}
