package org.olmo4j.engine;

import java.time.Duration;

/**
 * How many prompt tokens fit into a step of a given time, learnt from the steps that ran. Where somebody else runs or waits, long steps
 * would hold up their tokens, their start and their cancel; alone, large chunks are the most efficient. Used by the engine thread.
 */
final class StepPace {

    /** Fewer tokens would not make a step shorter: it has to read all weights once anyway. */
    private static final int FEWEST_TOKENS = 8;

    /** Share of the newest step in the mean. */
    private static final double NEWEST_SHARE = 0.25;

    private final double budgetNanos;
    private final int mostTokens;
    private double nanosPerToken;

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
     * @return the most tokens of any step if alone or before the first measurement, else what fits the budget
     */
    int promptTokens(boolean alone) {
        if (alone || nanosPerToken == 0) {
            return mostTokens;
        }
        int fitting = (int) Math.min(mostTokens, budgetNanos / nanosPerToken);
        return Math.min(mostTokens, Math.max(FEWEST_TOKENS, fitting));
    }

    /**
     * Learns from a step.
     *
     * @param tokens that it processed, over all rows; steps of few tokens are bound by memory and say nothing about prompts
     * @param nanos that it took
     */
    void ran(int tokens, long nanos) {
        if (tokens < FEWEST_TOKENS) {
            return;
        }
        double measured = (double) Math.max(1, nanos) / tokens;
        nanosPerToken = nanosPerToken == 0 ? measured : nanosPerToken + NEWEST_SHARE * (measured - nanosPerToken);
    }
}
