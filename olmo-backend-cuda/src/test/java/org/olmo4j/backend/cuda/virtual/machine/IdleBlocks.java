package org.olmo4j.backend.cuda.virtual.machine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Blocks that no thread uses now, kept for launches of the same shape: making one takes longer than many kernels run. */
final class IdleBlocks {

    private static final int MOST_KEPT = 32;

    /** The one that was used last is first. */
    private final Deque<Block> blocks = new ArrayDeque<>();

    /** A block that fits a launch, and is ready for it. */
    Block take(Launch launch) {
        Block found = find(launch);
        if (found == null) {
            return new Block(launch);
        }
        found.use(launch);
        return found;
    }

    private synchronized @Nullable Block find(Launch launch) {
        for (Iterator<Block> iterator = blocks.iterator(); iterator.hasNext(); ) {
            Block block = iterator.next();
            if (block.fits(launch)) {
                iterator.remove();
                return block;
            }
        }
        return null;
    }

    synchronized void give(Block block) {
        blocks.addFirst(block);
        if (blocks.size() > MOST_KEPT) {
            blocks.removeLast();
        }
    }
}
