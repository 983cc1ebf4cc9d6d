package org.olmo4j.spring.host;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Timings;
import org.olmo4j.engine.Usage;
import org.olmo4j.error.OlmoException;

/** What the caller of a request gets where it is not what an engine said. */
final class RelayedResults {

    private RelayedResults() {}

    /** Of a request that no engine has ended. What a failed attempt had generated is void. */
    static GenerationResult unfinished(
            RequestStart start, GenerationResult failed, FinishReason reason, @Nullable OlmoException error) {
        return new GenerationResult(
                start.id(),
                "",
                List.of(),
                reason,
                Optional.empty(),
                new Usage(failed.usage().promptTokens(), failed.usage().cachedPromptTokens(), 0),
                new Timings(start.received(), failed.timings().started(), Optional.empty(), start.elapsed()),
                failed.seed(),
                failed.replayKey(),
                failed.promptTokenIds(),
                List.of(),
                List.of(),
                error);
    }

    /** The same, but for the reason why it failed. */
    static GenerationResult failed(GenerationResult result, OlmoException error) {
        return new GenerationResult(
                result.id(),
                result.text(),
                result.tokenIds(),
                FinishReason.FAILED,
                result.matchedStop(),
                result.usage(),
                result.timings(),
                result.seed(),
                result.replayKey(),
                result.promptTokenIds(),
                result.logProbabilities(),
                result.promptLogProbabilities(),
                error,
                result.footprint());
    }
}
