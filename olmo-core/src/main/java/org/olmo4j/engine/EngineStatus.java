package org.olmo4j.engine;

import org.jspecify.annotations.Nullable;

/**
 * Figures of an engine at one moment.
 *
 * @param running requests that run
 * @param queued requests that wait
 * @param keyValueBlocksUsed blocks in use, over all cache groups
 * @param keyValueBlocksTotal blocks there are
 * @param generatedTokens since the start
 * @param promptTokens processed since the start
 * @param releaseTimeouts ends that were shown although a listener was not done with them, since the start
 * @param failure why the engine thread died; null while it lives
 */
public record EngineStatus(
        int running,
        int queued,
        int keyValueBlocksUsed,
        int keyValueBlocksTotal,
        long generatedTokens,
        long promptTokens,
        long releaseTimeouts,
        @Nullable String failure) {}
