package org.olmo4j.sampling;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.olmo4j.error.GenerationFailedException;

/**
 * Log-softmax of unmodified logits: {@code logit - max - log(sum(exp(logit - max)))}, summed in double in order of the ids, so that equal
 * logits give equal bits. Thread-safe.
 */
public final class LogProbabilities {

    private LogProbabilities() {}

    /**
     * The log-probability of a token and of the most probable ones.
     *
     * @param logits one for each id of the vocabulary; not modified
     * @param target token id within the vocabulary
     * @param top how many of the most probable tokens to list, 0 or more
     * @return natural logarithms
     * @throws GenerationFailedException if a logit is NaN or positive infinity, or all are negative infinity
     */
    public static TokenLogProbability of(float[] logits, int target, int top) {
        return of(MemorySegment.ofArray(logits), target, top);
    }

    /**
     * The log-probability of a token and of the most probable ones.
     *
     * @param logits one float32 in native order for each id of the vocabulary; not modified
     * @param target token id within the vocabulary
     * @param top how many of the most probable tokens to list, 0 or more
     * @return natural logarithms
     * @throws GenerationFailedException if a logit is NaN or positive infinity, or all are negative infinity
     */
    public static TokenLogProbability of(MemorySegment logits, int target, int top) {
        long count = logits.byteSize() / Float.BYTES;
        double highest = Double.NEGATIVE_INFINITY;
        for (long i = 0; i < count; i++) {
            highest = Math.max(highest, at(logits, i));
        }
        if (Double.isNaN(highest) || Double.isInfinite(highest)) {
            throw new GenerationFailedException(
                    "The highest of " + count + " logits is " + highest + ", so there are no log-probabilities",
                    "The weights are broken, or the device computed wrongly: check the checkpoint's files");
        }
        double sum = 0;
        for (long i = 0; i < count; i++) {
            sum += StrictMath.exp(at(logits, i) - highest);
        }
        double logSum = StrictMath.log(sum);
        List<TokenLogProbability.Alternative> alternatives = new ArrayList<>();
        for (int id : highest(logits, (int) Math.min(top, count))) {
            alternatives.add(new TokenLogProbability.Alternative(id, logProbability(at(logits, id) - highest, logSum)));
        }
        return new TokenLogProbability(target, logProbability(at(logits, target) - highest, logSum), alternatives);
    }

    private static float logProbability(double distance, double logSum) {
        return (float) (distance - logSum);
    }

    /** The ids of the highest logits, best first, the lowest id first on ties: insertion into a short sorted list. */
    private static int[] highest(MemorySegment logits, int top) {
        int[] ids = new int[top];
        float[] values = new float[top];
        int size = 0;
        long count = top == 0 ? 0 : logits.byteSize() / Float.BYTES;
        for (int id = 0; id < count; id++) {
            float value = at(logits, id);
            if (size == top && value <= values[top - 1]) {
                continue;
            }
            int place = size < top ? size++ : top - 1;
            while (place > 0 && values[place - 1] < value) {
                values[place] = values[place - 1];
                ids[place] = ids[place - 1];
                place--;
            }
            values[place] = value;
            ids[place] = id;
        }
        return Arrays.copyOf(ids, size);
    }

    private static float at(MemorySegment logits, long index) {
        return logits.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }
}
