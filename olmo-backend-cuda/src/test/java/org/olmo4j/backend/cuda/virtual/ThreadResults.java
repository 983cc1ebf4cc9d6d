package org.olmo4j.backend.cuda.virtual;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;

/** One number of each thread, for tests of what threads compute. */
final class ThreadResults {

    /** Writes {@code %r1} of each thread to an array of numbers. */
    static final String STORE_R1 = """
        mov.u32 %r30, %ctaid.x;
        mov.u32 %r31, %ntid.x;
        mad.lo.s32 %r32, %r30, %r31, %r0;
        mul.wide.u32 %rd10, %r32, 4;
        add.s64 %rd11, %rd0, %rd10;
        st.global.u32 [%rd11], %r1;
        """;

    private ThreadResults() {}

    /** What the threads have in {@code %r1} behind a piece of code, block after block. */
    static int[] of(String body, int blocks, int threads) {
        try (KernelRunner runner = KernelRunner.of(body + STORE_R1)) {
            Allocation out = runner.allocate((long) blocks * threads * Integer.BYTES);
            runner.run(blocks, threads, out.base());
            return runner.ints(out);
        }
    }

    /** A number for each thread. */
    static int[] expect(int threads, IntUnaryOperator ofThread) {
        return IntStream.range(0, threads).map(ofThread).toArray();
    }
}
