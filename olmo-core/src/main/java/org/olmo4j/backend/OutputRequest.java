package org.olmo4j.backend;

import org.olmo4j.sampling.SamplingOptions;

/** What a row of a step is to give back. */
public sealed interface OutputRequest {

    /** Nothing: keys and values are all that is wanted. */
    record None() implements OutputRequest {}

    /** The logits of the row's last token, into the step's buffer. */
    record Logits() implements OutputRequest {}

    /**
     * A token drawn on the device from the logits of the row's last token; only where {@link LoadedModel} says it can.
     *
     * @param options how
     * @param seed of the request
     * @param sampleIndex which of the request's n samples
     */
    record Sample(SamplingOptions options, long seed, int sampleIndex) implements OutputRequest {}

    /**
     * For every token of the row, the log-probability of a given next token, and the most probable ones.
     *
     * @param targets as many ids as the row has tokens
     * @param top how many of the most probable tokens to list, 0 or more
     */
    record TokenLogProbabilities(int[] targets, int top) implements OutputRequest {}
}
