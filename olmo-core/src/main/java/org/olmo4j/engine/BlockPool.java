package org.olmo4j.engine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.CacheLayout;

/**
 * The blocks of one cache group. A block is free; or in use by one or more sequences; or idle: used by none, but full of keys and values of
 * known tokens and kept for the next sequence that begins with them. When no block is free, the idle one that was used least recently is
 * taken. Used by the engine thread; {@link #used()} and {@link #idle()} by any.
 */
final class BlockPool {

    static final int NONE = -1;

    private final CacheLayout.Group group;
    private final boolean keepsIdle;
    private final int[] free;
    private final int[] references;
    /** What full blocks hold, by id. */
    private final @Nullable Content[] contents;

    private final Map<BlockKey, Integer> full = new HashMap<>();
    /** Least recently used first. */
    private final LinkedHashSet<Integer> idle = new LinkedHashSet<>();

    private int freeCount;
    private volatile int usedCount;
    private volatile int idleCount;

    /**
     * The tokens are kept to be compared: a wrong answer out of a cache is worse than the memory.
     *
     * @param key of the block
     * @param tokens of the block alone
     */
    record Content(BlockKey key, int[] tokens) {}

    BlockPool(CacheLayout.Group group, boolean keepsIdle) {
        this.group = group;
        this.keepsIdle = keepsIdle;
        this.free = new int[group.blockCount()];
        this.references = new int[group.blockCount()];
        this.contents = new Content[group.blockCount()];
        for (int id = group.blockCount() - 1; id >= 0; id--) {
            free[freeCount++] = id;
        }
    }

    CacheLayout.Group group() {
        return group;
    }

    /** How many blocks can be taken. */
    int available() {
        return freeCount + idle.size();
    }

    /** A block of its own for one sequence; there is one {@link #available()}. */
    int take() {
        if (freeCount == 0) {
            if (idle.isEmpty()) {
                throw new IllegalStateException("a block taken of none");
            }
            int oldest = idle.removeFirst();
            forget(oldest);
            free[freeCount++] = oldest;
        }
        int id = free[--freeCount];
        references[id] = 1;
        count();
        return id;
    }

    /** The block that holds the keys and values of these tokens, or {@link #NONE}. */
    int find(BlockKey key, int[] tokens, int from, int to) {
        Integer id = full.get(key);
        if (id == null) {
            return NONE;
        }
        Content content = contents[id];
        boolean same = content != null && Arrays.equals(content.tokens(), 0, content.tokens().length, tokens, from, to);
        return same ? id : NONE;
    }

    /** One more sequence uses a block that was found, or that another sequence has. */
    void share(int id) {
        if (references[id]++ == 0) {
            idle.remove(id);
        }
        count();
    }

    /** The block is full: from now on it can be found. Of several with the same content, the first one is. */
    void publish(int id, Content content) {
        if (full.putIfAbsent(content.key(), id) == null) {
            contents[id] = content;
        }
    }

    /** One sequence less uses a block. */
    void release(int id) {
        if (--references[id] < 0) {
            throw new IllegalStateException("block " + id + " released more often than taken");
        }
        if (references[id] == 0) {
            if (keepsIdle && contents[id] != null) {
                idle.add(id);
            } else {
                forget(id);
                free[freeCount++] = id;
            }
        }
        count();
    }

    int used() {
        return usedCount;
    }

    int idle() {
        return idleCount;
    }

    private void forget(int id) {
        Content content = contents[id];
        if (content != null) {
            full.remove(content.key());
            contents[id] = null;
        }
    }

    private void count() {
        usedCount = references.length - freeCount - idle.size();
        idleCount = idle.size();
    }
}
