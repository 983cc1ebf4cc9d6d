package org.olmo4j.constraint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.olmo4j.text.TokenBytes;

/** A token for each byte, one for the end, and some hundred of several bytes as real vocabularies have them: words, JSON, broken UTF-8. */
final class ToyVocabulary implements TokenBytes {

    static final int END = 256;

    private static final List<String> PIECES = List.of(
            "{\"",
            "\":",
            "\": ",
            "\":\"",
            "\": \"",
            "\",",
            "\", ",
            "\",\"",
            "\"}",
            "\"},",
            "\"}]",
            "\"]",
            "\":{\"",
            "\":[",
            "[{\"",
            "}}",
            "}]",
            "]]",
            "],",
            "},{\"",
            ", ",
            ": ",
            ",\"",
            "[[",
            "[]",
            "{}",
            "[1,",
            "1,",
            "1]",
            "}}}",
            "\"\"",
            "\\\"",
            "\\n",
            "\\u",
            "\\u00",
            "\\ud83d",
            "\\ude00",
            "true",
            "false",
            "null",
            "tr",
            "ue",
            "rue,",
            "name",
            "age",
            "\"name\"",
            "a\"",
            "b\":",
            "12",
            "345",
            "-1",
            "0.",
            ".5",
            "e1",
            "E+",
            "00",
            "2024",
            "-0",
            " the",
            " a",
            "ing",
            "value",
            "kind",
            "circle",
            "square",
            "ü",
            "日本",
            "😀",
            "é\"",
            "   ",
            "\n",
            "\t",
            " {\"",
            "\"a\":1",
            "\"a\":true,\"b\":",
            ":true}",
            "get_weather");

    private final List<byte[]> tokens = new ArrayList<>();

    ToyVocabulary() {
        for (int octet = 0; octet < 256; octet++) {
            tokens.add(new byte[] {(byte) octet});
        }
        tokens.add(new byte[0]);
        PIECES.forEach(piece -> tokens.add(piece.getBytes(StandardCharsets.UTF_8)));
        tokens.add(new byte[] {(byte) 0xf0, (byte) 0x9f});
        tokens.add(new byte[] {(byte) 0x9f, (byte) 0x98});
        tokens.add(new byte[] {(byte) 0x80, '"'});
        tokens.add(new byte[] {(byte) 0xed, (byte) 0xa0});
        tokens.add(new byte[] {'x', (byte) 0xe6});
        Random random = new Random(7);
        String alphabet = "abcdefgnorstuy01239 \":,{}[]-+.eE\\/é";
        while (tokens.size() < 900) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 2 + random.nextInt(4); i++) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            tokens.add(text.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    TokenConstraints constraints() {
        return new TokenConstraints(this, size(), Set.of(END));
    }

    @Override
    public int size() {
        return tokens.size();
    }

    @Override
    public byte[] bytes(int id) {
        return tokens.get(id);
    }

    /** The bytes of all tokens but the end. */
    byte[] join(List<Integer> ids) {
        byte[] joined = {};
        for (int id : ids) {
            byte[] more = tokens.get(id);
            joined = Arrays.copyOf(joined, joined.length + more.length);
            System.arraycopy(more, 0, joined, joined.length - more.length, more.length);
        }
        return joined;
    }
}
