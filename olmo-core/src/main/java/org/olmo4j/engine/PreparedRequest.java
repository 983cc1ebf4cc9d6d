package org.olmo4j.engine;

import java.util.Set;
import org.olmo4j.sampling.SamplingOptions;

/**
 * A request that can be honoured, with everything it left open filled in.
 *
 * @param request what was asked
 * @param promptIds at least one; not modified
 * @param maxTokens most tokens to generate; fits the context and the cache
 * @param sampling how to draw
 * @param stopIds ids that end it
 * @param seed of its random numbers
 */
record PreparedRequest(
        GenerationRequest request,
        int[] promptIds,
        int maxTokens,
        SamplingOptions sampling,
        Set<Integer> stopIds,
        long seed) {

    boolean scoresPrompt() {
        return request.promptScoring()
                .filter(scoring -> scoring.from() < promptIds.length)
                .isPresent();
    }

    /** The same work as another sample of its request. */
    PreparedRequest sample(int index) {
        GenerationRequest sample = index == 0
                ? request
                : request.mutate().sampleIndex(request.sampleIndex() + index).build();
        return new PreparedRequest(sample, promptIds, maxTokens, sampling, stopIds, seed);
    }

    /** The most tokens whose keys and values are computed: the last generated one is never fed, nor a prompt that nothing follows. */
    int cachedTokens() {
        if (maxTokens > 0) {
            return promptIds.length + maxTokens - 1;
        }
        return scoresPrompt() ? promptIds.length - 1 : 0;
    }
}
