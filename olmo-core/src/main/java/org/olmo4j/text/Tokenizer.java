package org.olmo4j.text;

import java.util.List;
import java.util.OptionalInt;
import org.olmo4j.hub.ModelSource;

/** Text to token ids and back, by the model's tokenizer.json. Thread-safe. */
public interface Tokenizer extends AutoCloseable {

    /**
     * Loads the tokenizer of a model.
     *
     * @param source where tokenizer.json (and tokenizer_config.json) are
     * @return the tokenizer
     * @throws org.olmo4j.error.TokenizerException if there is none or it is broken
     */
    static Tokenizer load(ModelSource source) {
        return DjlTokenizer.load(source);
    }

    /**
     * Encodes text that may come from anywhere: the strings of special tokens in it stay plain text. Nothing is added before or after.
     * Unpaired surrogates become U+FFFD. The time grows about linearly with the length, but no length is refused: a limit is the caller's
     * business.
     *
     * @param text any text
     * @return ids, possibly none
     * @throws org.olmo4j.error.TokenizerException if the tokenizer is closed, or its model has no token for a part of the text
     */
    int[] encode(String text);

    /**
     * Encodes text in which the strings of special tokens stand for these tokens, as HuggingFace tokenizers do by default. For text of
     * one's own, such as a rendered template without user content.
     *
     * @param text trusted text
     * @return ids, possibly none
     */
    int[] encodeWithSpecialTokens(String text);

    /**
     * The text of ids, with U+FFFD where their bytes are not UTF-8. Ids without a token (padding rows of the embedding) have no text.
     *
     * @param ids any ids of 0 or more
     * @param skipSpecialTokens whether special tokens are left out
     * @return the text
     */
    String decode(int[] ids, boolean skipSpecialTokens);

    /**
     * The bytes of each token.
     *
     * @return one table, made once
     */
    TokenBytes tokenBytes();

    /**
     * Number of ids that have a token: the highest id plus one.
     *
     * @return at most the model's vocabulary size for a matching pair
     */
    int vocabularySize();

    /**
     * The id of an added or ordinary token.
     *
     * @param token its string in tokenizer.json
     * @return its id, if there is such a token
     */
    OptionalInt idOf(String token);

    /**
     * Whether a token is special: it stands for structure, not text.
     *
     * @param id token id
     * @return true for added tokens marked special
     */
    boolean isSpecial(int id);

    /**
     * The strings of the special tokens.
     *
     * @return in no particular order; each has an id
     */
    default List<String> specialTokens() {
        return List.of();
    }

    /**
     * The ids that end a text by {@code eos_token} of tokenizer_config.json.
     *
     * @return none or one id
     */
    List<Integer> endOfTextIds();

    /**
     * Identifies the tokenizer.
     *
     * @return hexadecimal SHA-256 of tokenizer.json
     */
    String hash();

    @Override
    void close();
}
