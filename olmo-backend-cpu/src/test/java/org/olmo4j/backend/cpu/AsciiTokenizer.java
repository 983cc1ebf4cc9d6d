package org.olmo4j.backend.cpu;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.text.TokenBytes;
import org.olmo4j.text.Tokenizer;

/** A token for each of the {@link TestModels#VOCABULARY} characters from the space on; none is special. */
final class AsciiTokenizer implements Tokenizer {

    @Override
    public int[] encode(String text) {
        return text.chars().map(character -> character - ' ').toArray();
    }

    @Override
    public int[] encodeWithSpecialTokens(String text) {
        return encode(text);
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append((char) (id + ' '));
        }
        return text.toString();
    }

    @Override
    public TokenBytes tokenBytes() {
        return new TokenBytes() {
            @Override
            public int size() {
                return vocabularySize();
            }

            @Override
            public byte[] bytes(int id) {
                return decode(new int[] {id}, false).getBytes(StandardCharsets.US_ASCII);
            }
        };
    }

    @Override
    public int vocabularySize() {
        return TestModels.VOCABULARY;
    }

    @Override
    public OptionalInt idOf(String token) {
        return OptionalInt.empty();
    }

    @Override
    public boolean isSpecial(int id) {
        return false;
    }

    @Override
    public List<Integer> endOfTextIds() {
        return List.of();
    }

    @Override
    public String hash() {
        return "ascii";
    }

    @Override
    public void close() {}
}
