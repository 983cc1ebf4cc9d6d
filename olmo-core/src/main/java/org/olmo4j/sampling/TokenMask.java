package org.olmo4j.sampling;

import java.util.Arrays;

/** Which tokens may be drawn: a set of ids. Immutable; thread-safe. */
public final class TokenMask {

    private final long[] words;

    private TokenMask(long[] words) {
        this.words = words;
    }

    /**
     * Makes a mask.
     *
     * @param words a bit for each id, 64 ids in each word, the lowest id in the lowest bit; ids behind the last word are not allowed. Copied
     * @return the mask
     */
    public static TokenMask of(long[] words) {
        return new TokenMask(words.clone());
    }

    /**
     * What this mask or another one allows.
     *
     * @param other mask of any length
     * @return a new mask
     */
    public TokenMask or(TokenMask other) {
        long[] union = Arrays.copyOf(words, Math.max(words.length, other.words.length));
        for (int i = 0; i < other.words.length; i++) {
            union[i] |= other.words[i];
        }
        return new TokenMask(union);
    }

    /**
     * Whether a token may be drawn.
     *
     * @param id any
     * @return false for ids outside the mask
     */
    public boolean allows(int id) {
        return id >= 0 && id >> 6 < words.length && (words[id >> 6] & 1L << id) != 0;
    }

    /**
     * How many tokens may be drawn.
     *
     * @return 0 or more
     */
    public int count() {
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        return count;
    }

    /**
     * Size in memory.
     *
     * @return bytes of its words
     */
    public int bytes() {
        return words.length * Long.BYTES;
    }

    /** Gives every token that may not be drawn the score of negative infinity. */
    void apply(float[] scores) {
        for (int id = 0; id < scores.length; id++) {
            if (!allows(id)) {
                scores[id] = Float.NEGATIVE_INFINITY;
            }
        }
    }
}
