package org.olmo4j.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;

/** What of {@link Kernels} is no matrix product. Not thread-safe. */
interface AttentionLoops {

    /** As {@link Kernels#swiglu}. */
    void swiglu(float[] gate, float[] up, int from, int to);

    /** As {@link Kernels#attend}. */
    void attend(
            Attention attention,
            MemorySegment keys,
            long keysOffset,
            MemorySegment values,
            long valuesOffset,
            int from,
            int to);
}
