package org.olmo4j.spring.promptlog.store;

/**
 * What an erasure found.
 *
 * @param records that are anonymous now
 * @param contents texts that were deleted
 * @param keys that were destroyed
 */
public record ErasureResult(int records, int contents, int keys) {

    static final ErasureResult NOTHING = new ErasureResult(0, 0, 0);

    ErasureResult plus(ErasureResult other) {
        return new ErasureResult(records + other.records, contents + other.contents, keys + other.keys);
    }
}
