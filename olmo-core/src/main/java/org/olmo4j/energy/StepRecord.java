package org.olmo4j.energy;

import java.util.List;

/**
 * What the model did in one step, as the basis on which its energy is shared out.
 *
 * @param startNanos when it was submitted, by {@link System#nanoTime}
 * @param endNanos when it was complete
 * @param work one entry for each generation that took part
 */
public record StepRecord(long startNanos, long endNanos, List<Work> work) {

    /** Copies the list. */
    public StepRecord {
        work = List.copyOf(work);
    }

    /**
     * The part of one generation.
     *
     * @param generationId whose
     * @param prefillTokens tokens processed of its prompt, or again after a preemption
     * @param decodeTokens tokens processed to generate the next
     * @param contextTokens tokens of its sequence whose keys and values were read or written, up to the step's last
     */
    public record Work(String generationId, int prefillTokens, int decodeTokens, int contextTokens) {}
}
