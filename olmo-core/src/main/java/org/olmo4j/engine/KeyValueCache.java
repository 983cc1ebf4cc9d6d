package org.olmo4j.engine;

import java.util.List;
import java.util.Optional;
import org.olmo4j.backend.CacheLayout;

/** The key/value memory of a model, shared out among sequences. Used by the engine thread; sizes and figures by any. */
final class KeyValueCache {

    private final List<BlockPool> pools;
    private final int longestStep;

    /**
     * Makes the pools.
     *
     * @param layout of the model
     * @param longestStep most tokens of one sequence that one step processes
     */
    KeyValueCache(CacheLayout layout, int longestStep) {
        this.pools = layout.groups().stream().map(BlockPool::new).toList();
        this.longestStep = longestStep;
    }

    /**
     * Sets blocks aside for a whole sequence.
     *
     * @param tokens the most that will be cached
     * @return empty if there are too few now
     */
    Optional<SequenceBlocks> reserve(int tokens) {
        if (!pools.stream().allMatch(pool -> pool.canReserve(blocksFor(pool.group(), tokens)))) {
            return Optional.empty();
        }
        return Optional.of(new SequenceBlocks(pools, pool -> blocksFor(pool.group(), tokens)));
    }

    /** The most tokens of a single sequence that fit when nothing else runs. */
    int longestSequence() {
        return pools.stream()
                .mapToInt(pool -> longestSequence(pool.group()))
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    int used() {
        return pools.stream().mapToInt(BlockPool::used).sum();
    }

    int total() {
        return pools.stream().mapToInt(pool -> pool.group().blockCount()).sum();
    }

    long bytes() {
        return pools.stream()
                .mapToLong(pool -> pool.group().blockCount() * pool.group().blockBytes())
                .sum();
    }

    private int longestSequence(CacheLayout.Group group) {
        if (group.window().isPresent() && blocksOfWindow(group) <= group.blockCount()) {
            return Integer.MAX_VALUE;
        }
        return (int) Math.min(Integer.MAX_VALUE, (long) group.blockCount() * group.blockTokens());
    }

    private int blocksFor(CacheLayout.Group group, int tokens) {
        long all = Math.ceilDiv((long) tokens, group.blockTokens());
        return (int) (group.window().isPresent() ? Math.min(all, blocksOfWindow(group)) : all);
    }

    /** A step's tokens and what the first of them sees touch this many blocks at most, wherever the blocks' borders lie. */
    private long blocksOfWindow(CacheLayout.Group group) {
        long span = (long) group.window().orElseThrow() - 1 + longestStep;
        return Math.ceilDiv(span - 1, (long) group.blockTokens()) + 1;
    }
}
