package org.olmo4j.engine;

import java.util.concurrent.CompletionStage;

/**
 * Told about the end of every generation, whatever surface it came through, and what it cost. Called on the engine's thread, on the
 * submitting one for what is refused or invalid, or on a virtual one where the footprint was waited for: it must return at once. What it
 * throws is logged and goes no further.
 */
@FunctionalInterface
public interface GenerationListener {

    /**
     * A generation ended.
     *
     * @param request what was asked
     * @param result what came of it
     * @return completes when the caller may see the end; the engine waits for it up to {@link EngineOptions#releaseTimeout()}
     */
    CompletionStage<?> ended(GenerationRequest request, GenerationResult result);

    /**
     * The engine's thread died; the engine admits nothing any more and cannot be repaired. Not called when it is closed.
     *
     * @param cause what it died of
     */
    default void engineFailed(Throwable cause) {}
}
