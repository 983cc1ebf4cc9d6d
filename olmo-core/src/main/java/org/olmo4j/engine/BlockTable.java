package org.olmo4j.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.olmo4j.backend.CacheLayout;

/** The blocks of one sequence in one cache group. Used by the engine thread. */
final class BlockTable {

    private final BlockPool pool;
    private final int blockTokens;
    private final List<BlockKey> keys = new ArrayList<>();
    private final BlockKey root;
    /** By logical block; {@link BlockPool#NONE} before {@link #firstLive}. */
    private int[] ids = {};

    private int firstLive;
    private int count;
    private int published;
    /** Of the last search: which blocks can be found, and their ids. */
    private final BitSet found = new BitSet();

    private int[] foundIds = {};

    /** Copies one block to another. */
    interface BlockCopy {
        void copy(int from, int to);
    }

    BlockTable(BlockPool pool, BlockKey root) {
        this.pool = pool;
        this.blockTokens = pool.group().blockTokens();
        this.root = root;
    }

    CacheLayout.Group group() {
        return pool.group();
    }

    /** The key of a logical block; all its tokens are known. */
    BlockKey key(int[] tokens, int block) {
        for (int next = keys.size(); next <= block; next++) {
            BlockKey before = next == 0 ? root : keys.get(next - 1);
            keys.add(before.next(tokens, next * blockTokens, (next + 1) * blockTokens));
        }
        return keys.get(block);
    }

    /**
     * Looks for blocks that hold tokens already.
     *
     * @return up to where a sequence of this group alone could have them
     */
    int findFrom(int[] tokens, int processed, int limit) {
        found.clear();
        foundIds = new int[limit / blockTokens];
        int end = processed;
        boolean needsAll = pool.group().window().isEmpty();
        for (int block = processed / blockTokens; block < foundIds.length; block++) {
            int from = block * blockTokens;
            int id = pool.find(key(tokens, block), tokens, from, from + blockTokens);
            if (id != BlockPool.NONE) {
                found.set(block);
                foundIds[block] = id;
                end = from + blockTokens;
            } else if (needsAll) {
                break;
            }
        }
        return end;
    }

    /** Whether the last search found all that a query behind a length sees and this table does not have. */
    boolean found(int processed, int length) {
        int first = Math.max(processed, SequenceBlocks.firstVisible(pool.group(), length)) / blockTokens;
        return found.nextClearBit(first) >= length / blockTokens;
    }

    /** Takes over what the last search found, up to a length. */
    void adopt(int processed, int length) {
        int end = length / blockTokens;
        int first = Math.max(processed, SequenceBlocks.firstVisible(pool.group(), length)) / blockTokens;
        // Blocks that were covered before and are not filled yet give way to full ones.
        while (count > processed / blockTokens) {
            pool.release(ids[--count]);
        }
        grow(end);
        for (int block = count; block < end; block++) {
            ids[block] = block < first ? BlockPool.NONE : foundIds[block];
            if (block >= first) {
                pool.share(ids[block]);
            }
        }
        if (first > count) {
            releaseBefore(count);
            firstLive = first;
        }
        count = end;
        published = end;
        releasePassed(length);
    }

    boolean canFork(BlockTable other, int length) {
        int first = SequenceBlocks.firstVisible(pool.group(), length) / blockTokens;
        boolean copies = length % blockTokens != 0;
        return other.firstLive <= first && other.count * blockTokens >= length && (!copies || pool.available() > 0);
    }

    void fork(BlockTable other, int length, BlockCopy copy) {
        int first = SequenceBlocks.firstVisible(pool.group(), length) / blockTokens;
        int full = length / blockTokens;
        release();
        grow(full + 1);
        Arrays.fill(ids, 0, Math.min(first, full), BlockPool.NONE);
        firstLive = Math.min(first, full);
        for (int block = firstLive; block < full; block++) {
            ids[block] = other.ids[block];
            pool.share(ids[block]);
        }
        count = full;
        // The other one publishes them, or has done so.
        published = full;
        if (length % blockTokens != 0) {
            int block = count++;
            ids[block] = pool.take();
            // The last: should it fail, the block is among those that are given back.
            copy.copy(other.ids[block], ids[block]);
        }
    }

    boolean cover(int end) {
        int needed = Math.ceilDiv(end, blockTokens);
        grow(needed);
        while (count < needed) {
            if (pool.available() == 0) {
                return false;
            }
            ids[count++] = pool.take();
        }
        return true;
    }

    int missing(int end) {
        return Math.max(0, Math.ceilDiv(end, blockTokens) - count);
    }

    int live() {
        return count - firstLive;
    }

    int[] ids(int end) {
        return Arrays.copyOf(ids, Math.ceilDiv(end, blockTokens));
    }

    void processed(int[] tokens, int processed) {
        while ((published + 1) * blockTokens <= processed) {
            int from = published * blockTokens;
            BlockKey key = key(tokens, published);
            pool.publish(
                    ids[published], new BlockPool.Content(key, Arrays.copyOfRange(tokens, from, from + blockTokens)));
            published++;
        }
        releasePassed(processed);
    }

    /** The last first, so that the beginning, which more prompts share, stays the longest. */
    void release() {
        while (count > firstLive) {
            pool.release(ids[--count]);
        }
        count = 0;
        firstLive = 0;
        published = 0;
    }

    private void releasePassed(int position) {
        if (pool.group().window().isPresent()) {
            releaseBefore(SequenceBlocks.firstVisible(pool.group(), position) / blockTokens);
        }
    }

    private void releaseBefore(int block) {
        for (; firstLive < Math.min(block, count); firstLive++) {
            pool.release(ids[firstLive]);
            ids[firstLive] = BlockPool.NONE;
        }
    }

    private void grow(int blocks) {
        if (blocks > ids.length) {
            ids = Arrays.copyOf(ids, Math.max(blocks, ids.length * 2));
        }
    }
}
