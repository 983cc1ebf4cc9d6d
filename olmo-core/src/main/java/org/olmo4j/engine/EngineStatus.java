package org.olmo4j.engine;

import org.jspecify.annotations.Nullable;

/**
 * Figures of an engine at one moment.
 *
 * @param draining whether requests are refused until {@link Engine#resume}
 * @param running requests that run
 * @param queued requests that wait
 * @param keyValueBlocksUsed blocks that running requests use, over all cache groups
 * @param keyValueBlocksCached blocks that nobody uses now, kept for prompts that begin with the same tokens
 * @param keyValueBlocksTotal blocks there are
 * @param generatedTokens since the start
 * @param promptTokens processed since the start
 * @param promptTokensLooked prompt tokens of the requests that were started, by which the prefix cache's hits are measured
 * @param promptTokensCached of these, found in the prefix cache
 * @param preemptions times that a request lost its blocks to an older one and was resumed later
 * @param releaseTimeouts ends that were shown although a listener was not done with them, since the start
 * @param failure why the engine thread died; null while it lives
 */
public record EngineStatus(
        boolean draining,
        int running,
        int queued,
        int keyValueBlocksUsed,
        int keyValueBlocksCached,
        int keyValueBlocksTotal,
        long generatedTokens,
        long promptTokens,
        long promptTokensLooked,
        long promptTokensCached,
        long preemptions,
        long releaseTimeouts,
        @Nullable String failure) {}
