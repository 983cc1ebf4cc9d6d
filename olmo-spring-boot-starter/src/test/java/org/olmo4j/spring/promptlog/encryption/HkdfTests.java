package org.olmo4j.spring.promptlog.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Test cases 1 and 3 of RFC 5869, appendix A. */
class HkdfTests {

    private static byte[] hex(String digits) {
        return digits == null ? new byte[0] : HexFormat.of().parseHex(digits);
    }

    @ParameterizedTest
    @CsvSource({
        "000102030405060708090a0b0c, f0f1f2f3f4f5f6f7f8f9,"
                + " 3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ", , 8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    })
    void agreesWithThePublishedValues(String salt, String info, String derived) {
        byte[] secret = hex("0b".repeat(22));

        assertThat(Hkdf.derive(secret, hex(salt), hex(info), 42, "Any").getEncoded())
                .isEqualTo(hex(derived));
    }
}
