package org.olmo4j.spring.promptlog.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Test cases 13, 14 and 16 of McGrew and Viega's submission of GCM to NIST: those with a key of 256 and a nonce of 96 bit. */
class AesGcmTests {

    private static byte[] hex(String digits) {
        return digits == null ? new byte[0] : HexFormat.of().parseHex(digits);
    }

    @ParameterizedTest
    @CsvSource({
        "0000000000000000000000000000000000000000000000000000000000000000, 000000000000000000000000, , , ,"
                + " 530f8afbc74536b9a963b4f1c4cb738b",
        "0000000000000000000000000000000000000000000000000000000000000000, 000000000000000000000000, ,"
            + " 00000000000000000000000000000000, cea7403d4d606b6e074ec5d3baf39d18, d0d1c8a799996bf0265b98b5d48ab919",
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308, cafebabefacedbaddecaf888,"
            + " feedfacedeadbeeffeedfacedeadbeefabaddad2,"
            + " d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39,"
            + " 522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662,"
            + " 76fc6ece0f4e1768cddf8853bb2d551b"
    })
    void agreesWithThePublishedValues(
            String key, String nonce, String associated, String plain, String ciphertext, String tag)
            throws AEADBadTagException {
        SecretKey secret = new SecretKeySpec(hex(key), "AES");
        byte[] encrypted = hex((ciphertext == null ? "" : ciphertext) + tag);

        assertThat(AesGcm.encrypt(secret, hex(nonce), hex(associated), hex(plain)))
                .isEqualTo(encrypted);
        assertThat(AesGcm.decrypt(secret, hex(nonce), hex(associated), encrypted))
                .isEqualTo(hex(plain));
        encrypted[encrypted.length - 1] ^= 1;
        assertThatThrownBy(() -> AesGcm.decrypt(secret, hex(nonce), hex(associated), encrypted))
                .isInstanceOf(AEADBadTagException.class);
    }
}
