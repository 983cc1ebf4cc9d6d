package org.olmo4j.engine;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadedModel;

/**
 * The blocks of one sequence, with a table for each cache group. They come and go: a sequence that loses them to an older one gets others
 * later. Used by the engine thread.
 */
final class SequenceBlocks {

    private final List<BlockTable> tables;
    /** Lengths at which the blocks of all groups end. */
    private final int commonBlockTokens;

    /**
     * Starts without blocks.
     *
     * @param pools one for each cache group
     * @param salt only sequences with an equal one share blocks
     */
    SequenceBlocks(List<BlockPool> pools, @Nullable String salt) {
        BlockKey root = BlockKey.root(salt);
        this.tables = pools.stream().map(pool -> new BlockTable(pool, root)).toList();
        this.commonBlockTokens = pools.stream()
                .mapToInt(pool -> pool.group().blockTokens())
                .reduce(1, SequenceBlocks::leastCommonMultiple);
    }

    /**
     * Takes over blocks that hold the next tokens already, as many as there are.
     *
     * @param tokens of the sequence
     * @param processed how many of them have keys and values
     * @param limit how many may have them in the end
     * @return how many have them now
     */
    int adopt(int[] tokens, int processed, int limit) {
        if (processed % commonBlockTokens != 0) {
            return processed;
        }
        int longest = limit / commonBlockTokens * commonBlockTokens;
        for (BlockTable table : tables) {
            longest = Math.min(longest, table.findFrom(tokens, processed, longest));
        }
        for (int length = longest / commonBlockTokens * commonBlockTokens;
                length > processed;
                length -= commonBlockTokens) {
            int wanted = length;
            if (tables.stream().allMatch(table -> table.found(processed, wanted))) {
                tables.forEach(table -> table.adopt(processed, wanted));
                return wanted;
            }
        }
        return processed;
    }

    /**
     * Takes over the blocks of another sequence that begins with the same tokens: full ones are shared, the last one, if it is not full, is
     * copied.
     *
     * @param other whose
     * @param length tokens that both have in common and the other has processed
     * @param model that copies
     * @return false if that is impossible now, and nothing was done
     */
    boolean fork(SequenceBlocks other, int length, LoadedModel model) {
        for (int i = 0; i < tables.size(); i++) {
            if (!tables.get(i).canFork(other.tables.get(i), length)) {
                return false;
            }
        }
        for (int i = 0; i < tables.size(); i++) {
            int group = i;
            tables.get(i)
                    .fork(
                            other.tables.get(i),
                            length,
                            (from, to) -> model.copyBlocks(group, new int[] {from}, new int[] {to}));
        }
        return true;
    }

    /**
     * Takes the blocks that the positions before an end need.
     *
     * @return false if too few are left; what was taken stays
     */
    boolean cover(int end) {
        return tables.stream().allMatch(table -> table.cover(end));
    }

    /**
     * How many blocks of a group the positions before an end still need.
     *
     * @param group index of the group
     * @param end exclusive
     */
    int missing(int group, int end) {
        return tables.get(group).missing(end);
    }

    /**
     * How many blocks of a group the sequence holds.
     *
     * @param group index of the group
     */
    int live(int group) {
        return tables.get(group).live();
    }

    /** The tables that cover all positions before an end, each from logical block (position / block size) to physical id. */
    List<int[]> tables(int end) {
        return tables.stream().map(table -> table.ids(end)).toList();
    }

    /**
     * Tokens have been processed: full blocks can be found by others, and what no later query sees is given back.
     *
     * @param tokens of the sequence
     * @param processed how many have keys and values
     */
    void processed(int[] tokens, int processed) {
        tables.forEach(table -> table.processed(tokens, processed));
    }

    /**
     * The key of the block that a position lies in.
     *
     * @param tokens of the sequence
     * @param known how many there are
     * @param position whose block
     * @return empty while not all tokens of the block are known
     */
    Optional<BlockKey> key(int[] tokens, int known, int position) {
        BlockTable table = tables.getFirst();
        int block = position / table.group().blockTokens();
        return (block + 1) * table.group().blockTokens() <= known
                ? Optional.of(table.key(tokens, block))
                : Optional.empty();
    }

    /** How many tokens the shortest piece has that can be adopted; pieces begin at multiples of it. */
    int commonBlockTokens() {
        return commonBlockTokens;
    }

    /** Gives all blocks back. */
    void release() {
        tables.forEach(BlockTable::release);
    }

    private static int leastCommonMultiple(int a, int b) {
        int larger = a;
        int smaller = b;
        while (smaller != 0) {
            int rest = larger % smaller;
            larger = smaller;
            smaller = rest;
        }
        return Math.multiplyExact(a / larger, b);
    }

    static int firstVisible(CacheLayout.Group group, int position) {
        return group.window().isPresent()
                ? Math.max(0, position - group.window().getAsInt() + 1)
                : 0;
    }
}
