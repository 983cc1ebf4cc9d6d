package org.olmo4j.benchmark.speed;

import java.util.Collections;
import java.util.List;

/**
 * What is to be measured of a model.
 *
 * @param promptTokens of each prompt when prefill is measured; 0: it is not
 * @param generatedTokens of each sequence when decoding is measured; 0: it is not
 * @param contextTokens that each sequence has before its decoding is measured
 * @param batches numbers of sequences at once, in order
 * @param chunkTokens most prompt tokens of a step
 * @param repeats how often, after one that does not count
 * @param seed of the prompts
 */
public record SpeedPlan(
        int promptTokens,
        int generatedTokens,
        int contextTokens,
        List<Integer> batches,
        int chunkTokens,
        int repeats,
        long seed) {

    /** Most prompt tokens of a step unless something else is asked for. */
    public static final int CHUNK_TOKENS = 512;

    /** Tokens after which even the answer of a model that was loaded just now has begun. */
    static final int SHORT_PROMPT = 8;

    private static final int SPARE_TOKENS = 128;

    /** Copies the list. */
    public SpeedPlan {
        batches = List.copyOf(batches);
    }

    /**
     * The largest number of sequences at once.
     *
     * @return 1 or more
     */
    int largestBatch() {
        return Collections.max(batches);
    }

    /** Tokens before decoding: at least one, from which the first logits come. */
    int decodePromptTokens() {
        return Math.max(1, contextTokens);
    }

    /**
     * The longest answer of a sequence whose decoding is measured: what is measured, what it generates while the prompts of the other
     * sequences are processed, and some more for those that begin late.
     */
    int longestAnswer() {
        int others = (largestBatch() - 1) * (Math.ceilDiv(decodePromptTokens(), chunkTokens) + 1);
        return generatedTokens + others + (largestBatch() == 1 ? 1 : SPARE_TOKENS);
    }

    /**
     * The longest sequence to come.
     *
     * @return tokens
     */
    public int longestSequence() {
        return Math.max(Math.max(promptTokens, SHORT_PROMPT) + 1, decodePromptTokens() + longestAnswer());
    }
}
