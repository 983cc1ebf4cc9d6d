package org.olmo4j.spring.openai;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.text.Tokenizer;

/** How single tokens are written where log-probabilities are listed. */
final class TokenTexts {

    private static final HexFormat ESCAPED = HexFormat.of().withPrefix("\\x");

    private final @Nullable Tokenizer tokenizer;

    TokenTexts(@Nullable Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** The text of a prompt given as ids, with its special tokens; empty without a tokenizer. */
    String decode(int[] ids) {
        return tokenizer == null ? "" : tokenizer.decode(ids, false);
    }

    /** The bytes that a token adds to a text in which special tokens are shown; none without a tokenizer. */
    byte[] bytes(int id) {
        if (tokenizer == null) {
            return new byte[0];
        }
        return tokenizer.isSpecial(id)
                ? tokenizer.decode(new int[] {id}, false).getBytes(StandardCharsets.UTF_8)
                : tokenizer.tokenBytes().bytes(id);
    }

    /** Whether a generated token is left out of the text. */
    boolean hidden(int id) {
        return tokenizer == null || tokenizer.isSpecial(id);
    }

    /** A token's text; parts of characters as {@code bytes:\xe2\x80}; an id that has no text as {@code token_id:5}. */
    String completionsLabel(int id) {
        byte[] bytes = bytes(id);
        return text(bytes, id).orElseGet(() -> "bytes:" + ESCAPED.formatHex(bytes));
    }

    /** The same, but parts of characters as {@code \xe2\x80}: the chat form lists the bytes beside it. */
    String chatLabel(int id) {
        byte[] bytes = bytes(id);
        return text(bytes, id).orElseGet(() -> ESCAPED.formatHex(bytes));
    }

    private static Optional<String> text(byte[] bytes, int id) {
        if (bytes.length == 0) {
            return Optional.of("token_id:" + id);
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
