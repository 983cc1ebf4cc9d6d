package org.olmo4j.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/** The blocks of one sequence: a table for each cache group, from logical block (position / block size) to physical id. */
final class SequenceBlocks implements AutoCloseable {

    private static final int NONE = -1;

    private final List<Table> tables = new ArrayList<>();

    SequenceBlocks(List<BlockPool> pools, ToIntFunction<BlockPool> blocks) {
        for (BlockPool pool : pools) {
            int reservation = blocks.applyAsInt(pool);
            pool.reserve(reservation);
            tables.add(new Table(pool, reservation));
        }
    }

    /**
     * The tables that cover all positions before an end, with new blocks where needed.
     *
     * @param end exclusive
     */
    List<int[]> cover(int end) {
        return tables.stream().map(table -> table.cover(end)).toList();
    }

    /**
     * Gives back what no later query sees.
     *
     * @param position of the next query
     */
    void passedTo(int position) {
        tables.forEach(table -> table.passedTo(position));
    }

    @Override
    public void close() {
        tables.forEach(Table::close);
        tables.clear();
    }

    private static final class Table {
        private final BlockPool pool;
        private int reservation;
        private int[] ids = {};
        private int firstLive;
        private int count;

        Table(BlockPool pool, int reservation) {
            this.pool = pool;
            this.reservation = reservation;
        }

        int[] cover(int end) {
            int needed = Math.ceilDiv(end, pool.group().blockTokens());
            if (needed > ids.length) {
                ids = Arrays.copyOf(ids, Math.max(needed, ids.length * 2));
            }
            while (count < needed) {
                ids[count++] = pool.take();
                reservation--;
            }
            return Arrays.copyOf(ids, needed);
        }

        void passedTo(int position) {
            if (pool.group().window().isEmpty()) {
                return;
            }
            int firstVisible = position - pool.group().window().getAsInt() + 1;
            while (firstLive < count && (firstLive + 1) * pool.group().blockTokens() <= firstVisible) {
                pool.release(ids[firstLive]);
                pool.reserve(1);
                reservation++;
                ids[firstLive++] = NONE;
            }
        }

        void close() {
            while (firstLive < count) {
                pool.release(ids[firstLive++]);
            }
            pool.unreserve(reservation);
        }
    }
}
