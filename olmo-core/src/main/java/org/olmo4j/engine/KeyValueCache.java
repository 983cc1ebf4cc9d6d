package org.olmo4j.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;
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
     * @param keepsIdle whether blocks that nobody uses any more are kept for later prompts
     */
    KeyValueCache(CacheLayout layout, int longestStep, boolean keepsIdle) {
        this.pools = layout.groups().stream()
                .map(group -> new BlockPool(group, keepsIdle))
                .toList();
        this.longestStep = longestStep;
    }

    /** The blocks of a new sequence: none yet. By any thread. */
    SequenceBlocks sequence(@Nullable String salt) {
        return new SequenceBlocks(pools, salt);
    }

    /**
     * Whether a sequence can start and nobody would soon be preempted for it: all that run and it have room for the tokens that they have
     * now, and each that runs for a block more.
     *
     * @param next that would start
     * @param running the others
     */
    boolean hasRoom(Sequence next, List<Sequence> running) {
        for (int i = 0; i < pools.size(); i++) {
            int group = i;
            long needed = missing(group, next)
                    + running.stream()
                            .mapToLong(sequence -> missing(group, sequence) + 1L)
                            .sum();
            if (needed > pools.get(group).available()) {
                return false;
            }
        }
        return true;
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

    int idle() {
        return pools.stream().mapToInt(BlockPool::idle).sum();
    }

    int total() {
        return pools.stream().mapToInt(pool -> pool.group().blockCount()).sum();
    }

    long bytes() {
        return pools.stream()
                .mapToLong(pool -> pool.group().blockCount() * pool.group().blockBytes())
                .sum();
    }

    private long missing(int group, Sequence sequence) {
        CacheLayout.Group of = pools.get(group).group();
        long all = sequence.blocks().missing(group, sequence.processed() + sequence.pending());
        return of.window().isPresent()
                ? Math.min(
                        all, Math.max(0, blocksOfWindow(of) - sequence.blocks().live(group)))
                : all;
    }

    private int longestSequence(CacheLayout.Group group) {
        if (group.window().isPresent() && blocksOfWindow(group) <= group.blockCount()) {
            return Integer.MAX_VALUE;
        }
        return (int) Math.min(Integer.MAX_VALUE, (long) group.blockCount() * group.blockTokens());
    }

    /** A step's tokens and what the first of them sees touch this many blocks at most, wherever the blocks' borders lie. */
    private long blocksOfWindow(CacheLayout.Group group) {
        long span = (long) group.window().orElseThrow() - 1 + longestStep;
        return Math.ceilDiv(span - 1, (long) group.blockTokens()) + 1;
    }
}
