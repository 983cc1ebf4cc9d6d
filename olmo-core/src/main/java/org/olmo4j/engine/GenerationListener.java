package org.olmo4j.engine;

import java.time.Instant;
import java.util.concurrent.CompletionStage;

/**
 * Told about the end of every generation, whatever surface it came through, and what it cost. Called on the engine's thread, on the
 * submitting one for what is refused or invalid, or on a virtual one where the footprint was waited for: it must return at once. What it
 * throws is logged and goes no further.
 */
@FunctionalInterface
public interface GenerationListener {

    /**
     * A generation was admitted: it has a place in the engine, its prompt is encoded, and {@link #ended} follows. Told before its first step, in the
     * submitting thread; what is refused or invalid has an end only. It must return at once.
     *
     * @param id of the generation
     * @param request what was asked
     * @param received wall-clock time of submission
     */
    default void admitted(String id, GenerationRequest request, Instant received) {}

    /**
     * A generation ended.
     *
     * @param request what was asked
     * @param result what came of it
     * @return completes when the caller may see the end; the engine waits for it up to {@link EngineOptions#releaseTimeout()}
     */
    CompletionStage<?> ended(GenerationRequest request, GenerationResult result);

    /**
     * Whether the same answer is attempted again elsewhere, under the same id ({@link GenerationRequest#attempt()}), so that this is no end: it
     * is not told to any listener, and what it has cost goes on being counted. Asked once of each listener at the end of every generation, refused
     * and invalid ones too; it must return at once.
     *
     * @param request what was asked
     * @param result what came of it, without its footprint
     * @return true if so
     */
    default boolean attemptsAgain(GenerationRequest request, GenerationResult result) {
        return false;
    }

    /**
     * The engine's thread died; the engine admits nothing any more and cannot be repaired. Not called when it is closed.
     *
     * @param cause what it died of
     */
    default void engineFailed(Throwable cause) {}
}
