package org.olmo4j.spring.promptlog.encryption;

import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Keys derived from a secret (RFC 5869) with SHA-256. */
final class Hkdf {

    private Hkdf() {}

    static SecretKey derive(byte[] secret, byte[] salt, byte[] info, int bytes, String algorithm) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            algorithm,
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(new SecretKeySpec(secret, "HKDF"))
                                    .addSalt(salt)
                                    .thenExpand(info, bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java 25 platform has HKDF-SHA256 (javax.crypto.KDF)", e);
        }
    }
}
