package org.olmo4j.engine;

import java.util.function.Consumer;

/**
 * A submitted request. Thread-safe; callers may be virtual threads. Events wait in the handle until they are taken, so a slow reader never
 * holds up the engine.
 */
public interface Generation {

    /**
     * Unique in this JVM.
     *
     * @return the id that is in the result too
     */
    String id();

    /**
     * The next event, waiting for it. After {@link GenerationEvent.Ended} there is none.
     *
     * @return the event
     * @throws InterruptedException if the caller is interrupted; the generation goes on
     * @throws IllegalStateException if the end was taken already
     */
    GenerationEvent next() throws InterruptedException;

    /**
     * Takes all events up to the end in the calling thread. If that thread is interrupted, or the consumer throws, the generation is
     * cancelled.
     *
     * @param consumer gets each event but the end
     * @return the result, whatever the finish reason
     * @throws InterruptedException if interrupted
     */
    GenerationResult forEach(Consumer<GenerationEvent> consumer) throws InterruptedException;

    /**
     * Waits for the end.
     *
     * @return the result of a generation that ended by STOP, LENGTH or its caller's cancel
     * @throws InterruptedException if the caller is interrupted; the generation is cancelled
     * @throws org.olmo4j.error.OlmoException the result's error, if it ended otherwise
     */
    GenerationResult await() throws InterruptedException;

    /**
     * Waits for the end without being given anything before it, whatever the finish reason. Where a device fails that has begun an answer of
     * which its caller has nothing yet, the answer may begin anew unnoticed.
     *
     * @return the result
     * @throws InterruptedException if the caller is interrupted; the generation is cancelled
     */
    default GenerationResult awaitEnd() throws InterruptedException {
        return forEach(event -> {});
    }

    /** Stops it within one step. Does nothing if it has ended. */
    void cancel();
}
