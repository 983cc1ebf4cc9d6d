package org.olmo4j.backend;

import java.util.List;
import java.util.OptionalInt;

/**
 * How a backend keeps keys and values: pools of blocks, one pool for each kind of attention.
 *
 * @param groups the index of a group is its place in a row's block tables
 */
public record CacheLayout(List<Group> groups) {

    /** Copies the list. */
    public CacheLayout {
        groups = List.copyOf(groups);
    }

    /**
     * The layers that see the same earlier tokens.
     *
     * @param window tokens visible to a query, itself included; empty: all. Blocks wholly before it are never read
     * @param blockTokens tokens of a block
     * @param blockCount blocks in the pool, ids 0 to blockCount - 1
     * @param blockBytes size of a block over all layers of the group
     */
    public record Group(OptionalInt window, int blockTokens, int blockCount, long blockBytes) {}
}
