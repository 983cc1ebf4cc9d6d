package org.olmo4j.spring.openai;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.olmo4j.sampling.TokenLogProbability;

/**
 * Log-probabilities in the older form of completions: parallel lists, one element for each token.
 *
 * @param tokens texts
 * @param tokenLogprobs natural logarithms; null for the first token of an echoed prompt, which nothing precedes
 * @param topLogprobs by text, the most probable tokens and the token itself; of tokens with the same text the most probable
 * @param textOffset where each token begins in the choice's text, in characters (code points); after its end for tokens of a stop string
 */
record CompletionLogProbabilities(
        List<String> tokens,
        List<@Nullable Float> tokenLogprobs,
        List<@Nullable Map<String, Float>> topLogprobs,
        List<Integer> textOffset) {

    /** Makes these forms for one choice, piece by piece. Not thread-safe. */
    static final class Builder {
        private final TokenTexts texts;
        private int characters;

        Builder(TokenTexts texts) {
            this.texts = texts;
        }

        CompletionLogProbabilities prompt(int[] ids, List<TokenLogProbability> allButFirst) {
            CompletionLogProbabilities result = empty();
            if (ids.length > 0) {
                add(result, ids[0], null, true);
            }
            allButFirst.forEach(token -> add(result, token.tokenId(), token, true));
            return result;
        }

        CompletionLogProbabilities generated(List<TokenLogProbability> tokens) {
            CompletionLogProbabilities result = empty();
            tokens.forEach(token -> add(result, token.tokenId(), token, !texts.hidden(token.tokenId())));
            return result;
        }

        private void add(
                CompletionLogProbabilities result, int id, @Nullable TokenLogProbability probability, boolean shown) {
            result.tokens.add(texts.completionsLabel(id));
            result.tokenLogprobs.add(probability == null ? null : written(probability.logProbability()));
            result.topLogprobs.add(probability == null ? null : top(probability));
            result.textOffset.add(shown ? advance(texts.bytes(id)) : characters);
        }

        private Map<String, Float> top(TokenLogProbability probability) {
            Map<String, Float> top = new LinkedHashMap<>();
            probability
                    .top()
                    .forEach(alternative -> top.putIfAbsent(
                            texts.completionsLabel(alternative.tokenId()), written(alternative.logProbability())));
            top.putIfAbsent(texts.completionsLabel(probability.tokenId()), written(probability.logProbability()));
            return top;
        }

        /** A character counts where its first byte is; a token that goes on with a character begins where that does. */
        private int advance(byte[] bytes) {
            int offset = bytes.length > 0 && continues(bytes[0]) ? Math.max(0, characters - 1) : characters;
            for (byte value : bytes) {
                if (!continues(value)) {
                    characters++;
                }
            }
            return offset;
        }

        private static boolean continues(byte value) {
            return (value & 0xC0) == 0x80;
        }

        private static float written(float logProbability) {
            return Math.max(ChatLogProbabilities.LEAST, logProbability);
        }

        private static CompletionLogProbabilities empty() {
            return new CompletionLogProbabilities(
                    new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    /** Both, one after the other. */
    CompletionLogProbabilities followedBy(CompletionLogProbabilities next) {
        CompletionLogProbabilities result = Builder.empty();
        for (CompletionLogProbabilities part : List.of(this, next)) {
            result.tokens.addAll(part.tokens);
            result.tokenLogprobs.addAll(part.tokenLogprobs);
            result.topLogprobs.addAll(part.topLogprobs);
            result.textOffset.addAll(part.textOffset);
        }
        return result;
    }
}
