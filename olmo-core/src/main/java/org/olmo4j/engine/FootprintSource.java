package org.olmo4j.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.olmo4j.energy.carbon.Footprint;

/** Knows, some time after a generation's last step, what it cost. */
@FunctionalInterface
interface FootprintSource {

    /** Nobody accounts. */
    FootprintSource NONE = (id, tokens) -> CompletableFuture.completedStage(null);

    /** Asked once of each generation that ran, on the engine's thread; null where it is not known. Completes within seconds, on any thread. */
    CompletionStage<@Nullable Footprint> ended(String generationId, long generatedTokens);
}
