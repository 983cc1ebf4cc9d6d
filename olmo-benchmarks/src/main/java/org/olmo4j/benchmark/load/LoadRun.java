package org.olmo4j.benchmark.load;

import java.util.Collections;
import java.util.List;

/**
 * One run of some callers that began at the same time and each did the same work.
 *
 * @param seconds until the last caller was done
 * @param generatedTokens of all
 * @param promptTokens of all, those from the prefix cache included
 * @param cachedPromptTokens of these, from the prefix cache
 * @param firstTokenSeconds of each request, from its submission to its first token, as its caller saw them
 * @param callerSeconds of each caller for all of its requests
 */
record LoadRun(
        double seconds,
        long generatedTokens,
        long promptTokens,
        long cachedPromptTokens,
        List<Double> firstTokenSeconds,
        List<Double> callerSeconds) {

    double generatedTokensPerSecond() {
        return generatedTokens / seconds;
    }

    double promptTokensPerSecond() {
        return promptTokens / seconds;
    }

    /** How many times as long as the quickest caller the slowest one took: 1 is fair. */
    double unfairness() {
        return Collections.max(callerSeconds) / Collections.min(callerSeconds);
    }
}
