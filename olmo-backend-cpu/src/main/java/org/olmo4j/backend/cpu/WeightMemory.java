package org.olmo4j.backend.cpu;

import java.lang.foreign.MemorySegment;

/** Where converted matrices go. */
interface WeightMemory {

    /** So that vectors never cross a line of the cache. */
    int ALIGNMENT = 64;

    /**
     * Memory for the next matrix of the plan.
     *
     * @param bytes its size
     * @return writable, filled with zeros
     */
    MemorySegment allocate(long bytes);
}
