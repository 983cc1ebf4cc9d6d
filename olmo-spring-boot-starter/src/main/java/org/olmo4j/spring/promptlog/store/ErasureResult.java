package org.olmo4j.spring.promptlog.store;

/**
 * What an erasure found.
 *
 * @param records that are anonymous now
 * @param contents texts that were deleted
 * @param keys that were destroyed
 */
public record ErasureResult(int records, int contents, int keys) {}
