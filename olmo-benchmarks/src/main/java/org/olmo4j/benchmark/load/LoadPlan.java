package org.olmo4j.benchmark.load;

import java.util.Collections;
import java.util.List;

/**
 * What callers ask for.
 *
 * @param promptTokens of each request
 * @param generatedTokens of each request
 * @param sharedTokens how many tokens at the beginning of all prompts are the same
 * @param requests at each number of callers, all together; rounded up so that all callers have equally many
 * @param callers numbers of callers to measure, each at the same time
 * @param warmUps runs of each number that do not count
 * @param repeats runs of each number that count
 * @param seed of the prompts
 */
public record LoadPlan(
        int promptTokens,
        int generatedTokens,
        int sharedTokens,
        int requests,
        List<Integer> callers,
        int warmUps,
        int repeats,
        long seed) {

    /** Copies the list. */
    public LoadPlan {
        callers = List.copyOf(callers);
    }

    /**
     * The most callers at once.
     *
     * @return the largest number of {@link #callers()}
     */
    public int mostCallers() {
        return Collections.max(callers);
    }

    /**
     * Requests that each caller makes, one after the other.
     *
     * @param atOnce number of callers
     * @return 1 or more
     */
    public int requestsOfCaller(int atOnce) {
        return Math.ceilDiv(requests, atOnce);
    }
}
