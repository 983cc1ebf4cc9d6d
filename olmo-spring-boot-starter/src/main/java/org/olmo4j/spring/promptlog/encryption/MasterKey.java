package org.olmo4j.spring.promptlog.encryption;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.SecretKey;
import org.olmo4j.spring.promptlog.encryption.EncryptionException.Reason;

/** A secret of 256 bit, from which the keys of each purpose are derived. Immutable; its text form does not show it. */
public final class MasterKey {

    /** 256 bit. */
    static final int BYTES = 32;

    private static final int ID_BYTES = 4;

    /** Bound to this use, so that a secret that is used elsewhere too gives other keys here. */
    private static final byte[] SALT = "olmo4j prompt log 1".getBytes(UTF_8);

    private final byte[] secret;
    private final String id;

    private MasterKey(byte[] secret) {
        this.secret = secret;
        this.id = HexFormat.of().formatHex(derived("id", ID_BYTES, "id").getEncoded());
    }

    /**
     * A key from a configuration.
     *
     * @param base64 32 bytes in Base64
     * @return the key
     * @throws EncryptionException if it is not Base64, or of another length
     */
    public static MasterKey ofBase64(String base64) {
        byte[] secret;
        try {
            secret = Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException e) {
            // Its message quotes a character of the key.
            throw invalid("is not Base64");
        }
        if (secret.length != BYTES) {
            throw invalid("has " + secret.length + " bytes");
        }
        return new MasterKey(secret);
    }

    private static EncryptionException invalid(String problem) {
        return new EncryptionException(
                Reason.INVALID_KEY,
                "A master key " + problem,
                "It has to be " + BYTES + " random bytes in Base64, such as: openssl rand -base64 " + BYTES,
                null);
    }

    /**
     * A new key.
     *
     * @return random
     */
    public static MasterKey random() {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        return new MasterKey(secret);
    }

    /**
     * Names this key beside what was made with it, and tells nothing of it.
     *
     * @return 8 hexadecimal digits
     */
    public String id() {
        return id;
    }

    /**
     * The key for a purpose: HKDF-SHA-256 of this one with the purpose as its information.
     *
     * @param purpose keys of different purposes have nothing to do with each other
     * @param algorithm that the key is for, as javax.crypto names it
     * @return 256 bit
     */
    public SecretKey derive(String purpose, String algorithm) {
        return derived(purpose, BYTES, algorithm);
    }

    private SecretKey derived(String purpose, int bytes, String algorithm) {
        return Hkdf.derive(secret, SALT, purpose.getBytes(UTF_8), bytes, algorithm);
    }

    String toBase64() {
        return Base64.getEncoder().encodeToString(secret);
    }

    @Override
    public String toString() {
        return "MasterKey " + id;
    }
}
