package org.olmo4j.benchmark.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.KeyValueType;
import org.olmo4j.backend.cpu.kernel.Attention;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.backend.cpu.kernel.Kernels;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Attention of one query of one head over all earlier tokens. Heads take turns, so that keys and values come from memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class AttentionBenchmark {

    private static final int HEAD_SIZE = 128;
    private static final long HEADS_BYTES = 128L << 20;

    /** Earlier tokens; a multiple of {@link Attention#TILE_TOKENS}. */
    @Param({"512", "4096"})
    public int context;

    private final Kernels kernels = KernelChoice.best().factory().get();
    private final Attention attention = new Attention(KeyValueType.F32, HEAD_SIZE);
    private final float[] query = new float[HEAD_SIZE];
    private final float[] output = new float[HEAD_SIZE];
    private final Arena arena = Arena.ofShared();
    private @Nullable MemorySegment heads;
    private int headCount;
    private int next;

    /** For JMH. */
    public AttentionBenchmark() {}

    /** Makes queries, keys and values. */
    @Setup
    public void setUp() {
        headCount = Math.toIntExact(HEADS_BYTES / headBytes());
        heads = arena.allocate(headCount * headBytes(), 64);
        SplittableRandom random = new SplittableRandom(1);
        for (long i = 0; i < heads.byteSize() / Float.BYTES; i++) {
            heads.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
        }
        for (int i = 0; i < HEAD_SIZE; i++) {
            query[i] = (float) random.nextDouble(-1, 1);
        }
    }

    /** Frees them. */
    @TearDown
    public void tearDown() {
        arena.close();
    }

    /**
     * One query.
     *
     * @param work counts the bytes of keys and values, and four operations for each of their pairs of elements
     * @return its output
     */
    @Benchmark
    public float[] attend(Work work) {
        if (heads == null) {
            throw new IllegalStateException("JMH did not call setUp");
        }
        long keys = next * headBytes();
        long values = keys + headBytes() / 2;
        next = (next + 1) % headCount;
        attention.start(query, 0, (float) (1 / Math.sqrt(HEAD_SIZE)));
        long tileBytes = (long) Attention.TILE_TOKENS * HEAD_SIZE * Float.BYTES;
        for (long tile = 0; tile < context / Attention.TILE_TOKENS; tile++) {
            kernels.attend(
                    attention,
                    heads,
                    keys + tile * tileBytes,
                    heads,
                    values + tile * tileBytes,
                    0,
                    Attention.TILE_TOKENS);
        }
        attention.finish(output, 0);
        work.add((double) headBytes(), 4.0 * context * HEAD_SIZE);
        return output;
    }

    private long headBytes() {
        return 2L * context * HEAD_SIZE * Float.BYTES;
    }
}
