package org.olmo4j.engine;

import org.olmo4j.backend.CacheLayout;

/**
 * The blocks of one cache group: which are free, and how many sequences use each. A sequence first reserves a number of blocks and then
 * takes them one by one, so that it never finds the pool empty. Used by the engine thread; {@link #used()} by any.
 */
final class BlockPool {

    private final CacheLayout.Group group;
    private final int[] free;
    private final int[] references;
    private int freeCount;
    private int reserved;
    private volatile int used;

    BlockPool(CacheLayout.Group group) {
        this.group = group;
        this.free = new int[group.blockCount()];
        this.references = new int[group.blockCount()];
        for (int id = group.blockCount() - 1; id >= 0; id--) {
            free[freeCount++] = id;
        }
    }

    CacheLayout.Group group() {
        return group;
    }

    boolean canReserve(int blocks) {
        return freeCount - reserved >= blocks;
    }

    void reserve(int blocks) {
        if (!canReserve(blocks)) {
            throw new IllegalStateException(blocks + " blocks asked for, " + (freeCount - reserved) + " left");
        }
        reserved += blocks;
    }

    void unreserve(int blocks) {
        reserved -= blocks;
    }

    /** A block out of a reservation, with one reference. */
    int take() {
        if (reserved == 0) {
            throw new IllegalStateException("a block taken without a reservation");
        }
        reserved--;
        int id = free[--freeCount];
        references[id] = 1;
        used = references.length - freeCount;
        return id;
    }

    /** Drops a reference; the last one frees the block. */
    void release(int id) {
        if (--references[id] < 0) {
            throw new IllegalStateException("block " + id + " released more often than taken");
        }
        if (references[id] == 0) {
            free[freeCount++] = id;
            used = references.length - freeCount;
        }
    }

    int used() {
        return used;
    }
}
