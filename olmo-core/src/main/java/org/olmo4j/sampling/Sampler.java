package org.olmo4j.sampling;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.GenerationFailedException;

/**
 * Draws tokens from logits. The result depends on the arguments alone; an instance only holds working memory. Not thread-safe: one for
 * each thread.
 *
 * <p>Order and distribution are those of HuggingFace transformers' {@code generate} (5.x, {@code _get_logits_processor}), with OpenAI's
 * frequency and presence penalties where transformers puts custom processors:
 *
 * <ol>
 *   <li>ids that have no token, and those that a {@link TokenMask} leaves out, are masked: no bias brings them back,
 *   <li>logit bias is added,
 *   <li>the repetition penalty divides positive and multiplies negative logits of all tokens of the sequence,
 *   <li>frequency and presence penalties are subtracted from tokens that were generated,
 *   <li>temperature 0 ends here: the highest value wins, the lowest id on a tie,
 *   <li>temperature divides the distances to the highest value,
 *   <li>top-k keeps the k highest values and all that equal the k-th,
 *   <li>top-p keeps the smallest set of most probable tokens whose share reaches p, the one that crosses it included; of equally probable
 *       tokens those with lower ids count first (transformers leaves that open),
 *   <li>min-p drops what is less probable than this share of the most probable token.
 * </ol>
 *
 * <p>Steps 2 to 4 are computed in float32 as transformers does, the rest in double. The draw walks the kept tokens in order of their ids
 * until their summed weights exceed {@link RandomNumbers#uniform} times the sum of all.
 */
public final class Sampler {

    private final float[] scores;
    private final Candidates candidates;

    /**
     * Makes a sampler.
     *
     * @param usableVocabularySize ids from 0 to this number, exclusive, have a token and may be drawn; at least 1
     */
    public Sampler(int usableVocabularySize) {
        if (usableVocabularySize < 1) {
            throw new IllegalArgumentException("usableVocabularySize is " + usableVocabularySize);
        }
        this.scores = new float[usableVocabularySize];
        this.candidates = new Candidates(usableVocabularySize);
    }

    /**
     * Draws a token.
     *
     * @param logits float32 values in native order, at least as many as the usable vocabulary has; not modified
     * @param options how to draw
     * @param history tokens of the sequence up to this position
     * @param seed of the request
     * @param sampleIndex which of the request's samples
     * @param position of the drawn token in its sequence
     * @return token id
     * @throws GenerationFailedException if a logit is NaN or positive infinity, or all are negative infinity
     */
    public int sample(
            MemorySegment logits,
            SamplingOptions options,
            TokenHistory history,
            long seed,
            int sampleIndex,
            int position) {
        return sample(logits, options, history, seed, sampleIndex, position, null);
    }

    /**
     * Draws a token of a set.
     *
     * @param logits float32 values in native order, at least as many as the usable vocabulary has; not modified
     * @param options how to draw
     * @param history tokens of the sequence up to this position
     * @param seed of the request
     * @param sampleIndex which of the request's samples
     * @param position of the drawn token in its sequence
     * @param mask the tokens that may be drawn; null for all
     * @return token id
     * @throws GenerationFailedException if a logit is NaN or positive infinity, or those of all tokens in the set are negative infinity
     */
    public int sample(
            MemorySegment logits,
            SamplingOptions options,
            TokenHistory history,
            long seed,
            int sampleIndex,
            int position,
            @Nullable TokenMask mask) {
        MemorySegment.copy(logits, ValueLayout.JAVA_FLOAT, 0, scores, 0, scores.length);
        return draw(options, history, seed, sampleIndex, position, mask);
    }

    /**
     * Draws a token from logits on the heap.
     *
     * @param logits at least as many values as the usable vocabulary has; not modified
     * @param options how to draw
     * @param history tokens of the sequence up to this position
     * @param seed of the request
     * @param sampleIndex which of the request's samples
     * @param position of the drawn token in its sequence
     * @return token id
     * @throws GenerationFailedException if a logit is NaN or positive infinity, or all are negative infinity
     */
    public int sample(
            float[] logits, SamplingOptions options, TokenHistory history, long seed, int sampleIndex, int position) {
        return sample(MemorySegment.ofArray(logits), options, history, seed, sampleIndex, position, null);
    }

    private int draw(
            SamplingOptions options,
            TokenHistory history,
            long seed,
            int sampleIndex,
            int position,
            @Nullable TokenMask mask) {
        requireUsable(position);
        if (mask != null) {
            mask.apply(scores);
            requireAny(mask, position);
        }
        addBias(options.logitBias());
        penalize(options, history);
        if (options.greedy()) {
            return indexOfHighest();
        }
        filter(options);
        return candidates.draw(RandomNumbers.uniform(seed, sampleIndex, position));
    }

    /** Leaves the tokens that may be drawn and their weights, for scores that are already penalized. */
    private void filter(SamplingOptions options) {
        candidates.start(scores);
        if (options.topK() > 0) {
            candidates.keepHighest(options.topK());
        }
        candidates.weigh(options.temperature());
        if (options.topP() < 1) {
            candidates.keepNucleus(options.topP());
        }
        if (options.minP() > 0) {
            candidates.keepRelative(options.minP());
        }
    }

    /** What {@link #sample} would draw from, for tests. */
    Candidates distribution(float[] logits, SamplingOptions options, TokenHistory history) {
        System.arraycopy(logits, 0, scores, 0, scores.length);
        requireUsable(0);
        addBias(options.logitBias());
        penalize(options, history);
        filter(options);
        return candidates;
    }

    private void requireUsable(int position) {
        boolean any = false;
        for (int id = 0; id < scores.length; id++) {
            float score = scores[id];
            if (Float.isNaN(score) || score == Float.POSITIVE_INFINITY) {
                throw new GenerationFailedException(
                        "The model gave the logit " + score + " for token " + id + " at position " + position,
                        "The weights are broken, or the device computed wrongly: check the checkpoint's files");
            }
            any |= score != Float.NEGATIVE_INFINITY;
        }
        if (!any) {
            throw new GenerationFailedException(
                    "All logits at position " + position + " are negative infinity, so no token can be drawn",
                    "The weights are broken, or the device computed wrongly: check the checkpoint's files");
        }
    }

    private void requireAny(TokenMask mask, int position) {
        for (float score : scores) {
            if (score != Float.NEGATIVE_INFINITY) {
                return;
            }
        }
        throw new GenerationFailedException(
                "Of the " + mask.count() + " tokens that may follow at position " + position
                        + ", the model gave none a finite logit, so no token can be drawn",
                "Loosen what the answer is held to, or check the checkpoint's files");
    }

    private void addBias(Map<Integer, Double> logitBias) {
        logitBias.forEach((id, bias) -> {
            if (id < scores.length) {
                scores[id] += bias.floatValue();
            }
        });
    }

    private void penalize(SamplingOptions options, TokenHistory history) {
        float repetition = (float) options.repetitionPenalty();
        if (repetition != 1) {
            history.forEachSeen(id -> {
                if (id < scores.length) {
                    scores[id] = scores[id] < 0 ? scores[id] * repetition : scores[id] / repetition;
                }
            });
        }
        double frequency = options.frequencyPenalty();
        double presence = options.presencePenalty();
        if (frequency != 0 || presence != 0) {
            history.forEachGenerated((id, count) -> {
                if (id < scores.length) {
                    scores[id] -= (float) (count * frequency + presence);
                }
            });
        }
    }

    private int indexOfHighest() {
        int best = 0;
        for (int id = 1; id < scores.length; id++) {
            if (scores[id] > scores[best]) {
                best = id;
            }
        }
        return best;
    }
}
