package org.olmo4j.engine;

import java.time.Duration;

/**
 * How many prompt tokens fit into a step of a given time, learnt from the steps that ran. Where somebody else runs or waits, long steps
 * would hold up their tokens, their start and their cancel; alone, large chunks are the most efficient.
 *
 * <p>A step has to read all weights however few tokens it has, so its time is a line, not a ratio: a + b x tokens, by least squares over the
 * latest steps. Used by the engine thread.
 */
final class StepPace {

    /** Fewer prompt tokens would hardly make a step shorter, and no prompt may wait for ever. */
    private static final int FEWEST_TOKENS = 8;

    /** What a step counts after one more: the latest thirty or so decide. */
    private static final double FADING = 0.97;

    private final double budgetNanos;
    private final int mostTokens;
    private double weight;
    private double tokens;
    private double nanos;
    private double tokensSquared;
    private double tokensTimesNanos;

    /**
     * Starts without experience.
     *
     * @param budget time of a step when others run or wait
     * @param mostTokens most prompt tokens of any step
     */
    StepPace(Duration budget, int mostTokens) {
        this.budgetNanos = budget.toNanos();
        this.mostTokens = mostTokens;
    }

    /**
     * How many prompt tokens the next step may process.
     *
     * @param alone whether nobody else runs or waits
     * @param decoding tokens of the step that belong to answers
     * @return the most tokens of any step if alone or before the first measurement, else what fits the budget
     */
    int promptTokens(boolean alone, int decoding) {
        if (alone || weight == 0) {
            return mostTokens;
        }
        double fitting = Math.min(mostTokens, (budgetNanos - fixedNanos()) / nanosPerToken());
        return Math.min(mostTokens, Math.max(FEWEST_TOKENS, (int) fitting - decoding));
    }

    /**
     * Learns from a step.
     *
     * @param stepTokens that it processed, over all rows
     * @param stepNanos that it took
     */
    void ran(int stepTokens, long stepNanos) {
        double time = Math.max(1, stepNanos);
        weight = weight * FADING + 1;
        tokens = tokens * FADING + stepTokens;
        nanos = nanos * FADING + time;
        tokensSquared = tokensSquared * FADING + (double) stepTokens * stepTokens;
        tokensTimesNanos = tokensTimesNanos * FADING + stepTokens * time;
    }

    private double nanosPerToken() {
        double variance = weight * tokensSquared - tokens * tokens;
        double slope = (weight * tokensTimesNanos - tokens * nanos) / variance;
        // Steps of one size say nothing about the line, and noise may let it fall: then all time is the tokens'.
        boolean line = variance > weight * weight && slope > 0;
        return line ? Math.min(slope, nanos / tokens) : nanos / tokens;
    }

    private double fixedNanos() {
        return (nanos - nanosPerToken() * tokens) / weight;
    }
}
