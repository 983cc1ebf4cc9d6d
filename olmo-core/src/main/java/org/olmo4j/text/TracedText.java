package org.olmo4j.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rendered prompt that knows which of its characters come from messages, so that these never become part of a special token. Not
 * thread-safe.
 */
final class TracedText {

    private final StringBuilder text = new StringBuilder();
    private final BitSet fromMessages = new BitSet();

    /** A piece of a prompt. */
    sealed interface Piece {}

    /**
     * Text to be encoded as a whole.
     *
     * @param text in which no special token is to be recognised
     */
    record PlainText(String text) implements Piece {}

    /**
     * A special token.
     *
     * @param token its string
     */
    record SpecialToken(String token) implements Piece {}

    void appendFromTemplate(CharSequence part) {
        text.append(part);
    }

    void appendFromMessage(CharSequence part) {
        fromMessages.set(text.length(), text.length() + part.length());
        text.append(part);
    }

    String text() {
        return text.toString();
    }

    /**
     * Splits the text at special tokens, each the leftmost and there the longest, as HuggingFace tokenizers do. A special token is only
     * recognised where each of its characters comes from the template.
     *
     * @param specialTokens their strings, longest first
     * @return the pieces in order; no plain text is empty
     */
    List<Piece> split(List<String> specialTokens) {
        List<Piece> pieces = new ArrayList<>();
        int start = 0;
        int position = 0;
        while (position < text.length()) {
            String token = specialTokenAt(position, specialTokens);
            if (token == null) {
                position++;
                continue;
            }
            if (start < position) {
                pieces.add(new PlainText(text.substring(start, position)));
            }
            pieces.add(new SpecialToken(token));
            position += token.length();
            start = position;
        }
        if (start < position) {
            pieces.add(new PlainText(text.substring(start)));
        }
        return pieces;
    }

    private @Nullable String specialTokenAt(int position, List<String> specialTokens) {
        if (fromMessages.get(position)) {
            return null;
        }
        int templateEnd = fromMessages.nextSetBit(position);
        for (String token : specialTokens) {
            int end = position + token.length();
            if (end <= text.length()
                    && (templateEnd < 0 || end <= templateEnd)
                    && text.charAt(position) == token.charAt(0)
                    && text.substring(position, end).equals(token)) {
                return token;
            }
        }
        return null;
    }
}
