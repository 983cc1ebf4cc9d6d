package org.olmo4j.engine;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.error.OlmoException;
import org.olmo4j.sampling.TokenLogProbability;

/**
 * All of an ended generation, as far as it came.
 *
 * @param id unique in this JVM
 * @param text the answer without stop strings and special tokens; equals the deltas' texts joined
 * @param tokenIds the generated ids, the stop id included
 * @param finishReason why it ended
 * @param matchedStop the stop string that ended it, if one did
 * @param usage token counts
 * @param timings when things happened
 * @param seed of its random numbers
 * @param replayKey all that decided its tokens; empty if it came to nothing before its prompt was encoded, and where the engine does not know
 *     its checkpoint
 * @param promptTokenIds the prompt as encoded; empty if it came to nothing before that
 * @param logProbabilities one for each generated token, if asked for
 * @param promptLogProbabilities one for each prompt token from the first one that was to be scored, if asked for
 * @param error what went wrong with finish reason DEADLINE, REFUSED or FAILED, and with CANCELLED if the engine was closed; null otherwise
 * @param footprint what it cost in joules and grams; empty if nobody accounts for it, or it never ran
 */
public record GenerationResult(
        String id,
        String text,
        List<Integer> tokenIds,
        FinishReason finishReason,
        Optional<String> matchedStop,
        Usage usage,
        Timings timings,
        long seed,
        Optional<ReplayKey> replayKey,
        List<Integer> promptTokenIds,
        List<TokenLogProbability> logProbabilities,
        List<TokenLogProbability> promptLogProbabilities,
        @Nullable OlmoException error,
        Optional<Footprint> footprint) {

    /** Copies the lists. */
    public GenerationResult {
        tokenIds = List.copyOf(tokenIds);
        promptTokenIds = List.copyOf(promptTokenIds);
        logProbabilities = List.copyOf(logProbabilities);
        promptLogProbabilities = List.copyOf(promptLogProbabilities);
    }

    /**
     * Of a generation for which nobody accounts.
     *
     * @param id unique in this JVM
     * @param text the answer
     * @param tokenIds the generated ids
     * @param finishReason why it ended
     * @param matchedStop the stop string that ended it, if one did
     * @param usage token counts
     * @param timings when things happened
     * @param seed of its random numbers
     * @param replayKey all that decided its tokens
     * @param promptTokenIds the prompt as encoded
     * @param logProbabilities one for each generated token, if asked for
     * @param promptLogProbabilities one for each scored prompt token, if asked for
     * @param error what went wrong, or null
     */
    public GenerationResult(
            String id,
            String text,
            List<Integer> tokenIds,
            FinishReason finishReason,
            Optional<String> matchedStop,
            Usage usage,
            Timings timings,
            long seed,
            Optional<ReplayKey> replayKey,
            List<Integer> promptTokenIds,
            List<TokenLogProbability> logProbabilities,
            List<TokenLogProbability> promptLogProbabilities,
            @Nullable OlmoException error) {
        this(
                id,
                text,
                tokenIds,
                finishReason,
                matchedStop,
                usage,
                timings,
                seed,
                replayKey,
                promptTokenIds,
                logProbabilities,
                promptLogProbabilities,
                error,
                Optional.empty());
    }

    /**
     * The same with what it cost.
     *
     * @param known the footprint
     * @return a copy
     */
    public GenerationResult withFootprint(Footprint known) {
        return new GenerationResult(
                id,
                text,
                tokenIds,
                finishReason,
                matchedStop,
                usage,
                timings,
                seed,
                replayKey,
                promptTokenIds,
                logProbabilities,
                promptLogProbabilities,
                error,
                Optional.of(known));
    }

    /**
     * The speed of decoding: tokens after the first, over the time after the first.
     *
     * @return tokens per second; empty for fewer than two tokens
     */
    public OptionalDouble decodeTokensPerSecond() {
        int further = usage.completionTokens() - 1;
        long nanos = timings.firstToken()
                .map(first -> timings.ended().minus(first).toNanos())
                .orElse(0L);
        return further > 0 && nanos > 0 ? OptionalDouble.of(further * 1e9 / nanos) : OptionalDouble.empty();
    }
}
