package org.olmo4j.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class Utf8DecoderTest {

    @Test
    void replacesIllFormedBytesAsPythonDoes() {
        JsonNode cases = TestData.json("utf8-cases.json");
        assertThat(cases).hasSize(500);
        for (JsonNode c : cases) {
            byte[] bytes = HexFormat.of().parseHex(c.path("hex").asString());
            assertThat(decode(bytes, bytes.length))
                    .as("%s", c)
                    .isEqualTo(c.path("text").asString());
            assertThat(decode(bytes, 1)).as("%s", c).isEqualTo(c.path("text").asString());
        }
    }

    @Test
    void holdsBackACharacterUntilItsLastByte() {
        Utf8Decoder decoder = new Utf8Decoder();
        StringBuilder out = new StringBuilder();
        decoder.decode(new byte[] {'a', (byte) 0xF0, (byte) 0x9F, (byte) 0x99}, out);
        assertThat(out).hasToString("a");
        decoder.decode(new byte[] {(byte) 0x82}, out);
        assertThat(out).hasToString("a🙂");
        decoder.finish(out);
        assertThat(out).hasToString("a🙂");
    }

    private static String decode(byte[] bytes, int pieceLength) {
        Utf8Decoder decoder = new Utf8Decoder();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < bytes.length; i += pieceLength) {
            decoder.decode(java.util.Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + pieceLength)), out);
        }
        decoder.finish(out);
        return out.toString();
    }
}
