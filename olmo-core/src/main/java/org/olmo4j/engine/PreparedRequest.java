package org.olmo4j.engine;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.constraint.TokenConstraint;
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
 * @param constraint what its answer is held to; null if nothing
 * @param identity of the model, if it is known
 */
record PreparedRequest(
        GenerationRequest request,
        int[] promptIds,
        int maxTokens,
        SamplingOptions sampling,
        Set<Integer> stopIds,
        long seed,
        @Nullable TokenConstraint constraint,
        Optional<ModelIdentity> identity) {

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
        return new PreparedRequest(sample, promptIds, maxTokens, sampling, stopIds, seed, constraint, identity);
    }

    /** All that decides its tokens. */
    Optional<ReplayKey> replayKey() {
        return identity.map(model -> new ReplayKey(
                model,
                new ReplayKey.Settings(
                        sampling,
                        maxTokens,
                        request.stopStrings(),
                        stopIds,
                        request.jsonSchema().map(JsonSchema::hash),
                        seed,
                        request.sampleIndex()),
                Optional.of(ReplayKey.promptHash(promptIds))));
    }

    /** The most tokens whose keys and values are computed: the last generated one is never fed, nor a prompt that nothing follows. */
    int cachedTokens() {
        if (maxTokens > 0) {
            return promptIds.length + maxTokens - 1;
        }
        return scoresPrompt() ? promptIds.length - 1 : 0;
    }
}
