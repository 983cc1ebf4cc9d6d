package org.olmo4j.energy;

import java.util.List;
import java.util.OptionalInt;
import org.olmo4j.backend.CacheLayout;

/**
 * How the energy of a step is divided between the generations in it: each token costs the same, and a decode token in addition what its
 * sequence's keys and values are in bytes compared with the weights, since decoding is bound by reading both.
 *
 * @param contextCosts for each kind of attention
 */
public record WorkCost(List<ContextCost> contextCosts) {

    /** Every token costs the same, however long its context. */
    public static final WorkCost BY_TOKENS = new WorkCost(List.of());

    /** Units of cost for one token; fractions are rounded to one unit, so that sums do not depend on their order. */
    private static final long TOKEN = 1_000_000;

    /** Copies the list. */
    public WorkCost {
        contextCosts = List.copyOf(contextCosts);
    }

    /**
     * The keys and values of one kind of attention.
     *
     * @param window tokens visible to a query; empty: all
     * @param costPerToken of reading one token's keys and values, 0 or more, where a pass through the weights costs 1
     */
    public record ContextCost(OptionalInt window, double costPerToken) {

        /** Checks the range. */
        public ContextCost {
            if (!(costPerToken >= 0 && costPerToken < 1e6)) {
                throw new IllegalArgumentException("A cost of " + costPerToken + " passes for each token of context");
            }
        }
    }

    /**
     * The cost on a model.
     *
     * @param layout how it keeps keys and values
     * @param weightBytes of the weights that a token passes through, as the backend holds them, over 0
     * @return the cost
     */
    public static WorkCost of(CacheLayout layout, long weightBytes) {
        if (weightBytes <= 0) {
            throw new IllegalArgumentException("Weights of " + weightBytes + " bytes");
        }
        return new WorkCost(layout.groups().stream()
                .map(group -> new ContextCost(
                        group.window(), (double) group.blockBytes() / group.blockTokens() / weightBytes))
                .toList());
    }

    long prefill(StepRecord.Work work) {
        return work.prefillTokens() * TOKEN;
    }

    long decode(StepRecord.Work work) {
        double context = 0;
        for (ContextCost cost : contextCosts) {
            context += cost.costPerToken()
                    * Math.min(work.contextTokens(), cost.window().orElse(Integer.MAX_VALUE));
        }
        return work.decodeTokens() * (TOKEN + Math.round(context * TOKEN));
    }
}
