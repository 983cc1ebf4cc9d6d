package org.olmo4j.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.olmo4j.text.TokenBytes;
import org.olmo4j.text.Tokenizer;

/** One token for each byte, then an end-of-text token and one that stands for "ab"; ids above it have no token. */
public final class FakeTokenizer implements Tokenizer {

    public static final int END_OF_TEXT = 256;
    public static final int AB = 257;

    private final boolean merging;

    FakeTokenizer() {
        this(false);
    }

    /** Merging, it writes "ab" as one token. */
    FakeTokenizer(boolean merging) {
        this.merging = merging;
    }

    public static int[] ids(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return IntStream.range(0, bytes.length).map(i -> bytes[i] & 0xff).toArray();
    }

    @Override
    public int[] encode(String text) {
        // A character above the bytes stands for the merged token until the text is ids.
        return merging ? text.replace("ab", String.valueOf((char) AB)).chars().toArray() : ids(text);
    }

    @Override
    public int[] encodeWithSpecialTokens(String text) {
        return ids(text);
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Arrays.stream(ids).filter(id -> id < END_OF_TEXT).forEach(bytes::write);
        return bytes.toString(StandardCharsets.UTF_8);
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
                return id < END_OF_TEXT ? new byte[] {(byte) id} : id == AB ? new byte[] {'a', 'b'} : new byte[0];
            }
        };
    }

    @Override
    public int vocabularySize() {
        return AB + 1;
    }

    @Override
    public OptionalInt idOf(String token) {
        return OptionalInt.empty();
    }

    @Override
    public boolean isSpecial(int id) {
        return id == END_OF_TEXT;
    }

    @Override
    public List<Integer> endOfTextIds() {
        return List.of(END_OF_TEXT);
    }

    @Override
    public String hash() {
        return "fake";
    }

    @Override
    public void close() {}
}
