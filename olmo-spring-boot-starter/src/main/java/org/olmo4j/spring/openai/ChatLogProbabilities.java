package org.olmo4j.spring.openai;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.sampling.TokenLogProbability;

/**
 * Log-probabilities in the form of chat completions.
 *
 * @param content one for each token
 * @param refusal always null: models have no refusals of their own kind here
 */
record ChatLogProbabilities(List<Token> content, @Nullable List<Token> refusal) {

    /** The least log-probability that is written: JSON has no infinity. */
    static final float LEAST = -9999f;

    /**
     * A token that was generated.
     *
     * @param token its text
     * @param logprob natural logarithm of its probability
     * @param bytes of its text, 0 to 255; null without a tokenizer
     * @param topLogprobs the most probable tokens at its place
     */
    record Token(String token, float logprob, @Nullable List<Integer> bytes, List<Alternative> topLogprobs) {}

    /**
     * A token that could have been generated.
     *
     * @param token its text
     * @param logprob natural logarithm of its probability
     * @param bytes of its text, 0 to 255; null without a tokenizer
     */
    record Alternative(
            String token, float logprob, @Nullable List<Integer> bytes) {}

    static ChatLogProbabilities of(List<TokenLogProbability> tokens, TokenTexts texts) {
        return new ChatLogProbabilities(
                tokens.stream().map(token -> of(token, texts)).toList(), null);
    }

    private static Token of(TokenLogProbability token, TokenTexts texts) {
        return new Token(
                texts.chatLabel(token.tokenId()),
                Math.max(LEAST, token.logProbability()),
                bytes(token.tokenId(), texts),
                token.top().stream()
                        .map(top -> new Alternative(
                                texts.chatLabel(top.tokenId()),
                                Math.max(LEAST, top.logProbability()),
                                bytes(top.tokenId(), texts)))
                        .toList());
    }

    private static @Nullable List<Integer> bytes(int id, TokenTexts texts) {
        byte[] bytes = texts.bytes(id);
        if (bytes.length == 0) {
            return null;
        }
        List<Integer> unsigned = new ArrayList<>(bytes.length);
        for (byte value : bytes) {
            unsigned.add(Byte.toUnsignedInt(value));
        }
        return unsigned;
    }
}
