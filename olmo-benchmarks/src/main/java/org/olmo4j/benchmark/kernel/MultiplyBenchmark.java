package org.olmo4j.benchmark.kernel;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cpu.kernel.Activations;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.backend.cpu.kernel.Kernels;
import org.olmo4j.backend.cpu.kernel.WeightFormat;
import org.olmo4j.backend.cpu.kernel.WeightMatrix;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Products of a matrix with some vectors: one as in decoding, where memory is the bound, up to a prompt's worth, where arithmetic is. Each
 * thread has matrices of its own, in the size of a thread's share of a projection.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class MultiplyBenchmark {

    private static final int ROWS = 512;

    /** How the weights lie in memory. */
    @Param({"BF16", "F32", "F16", "INT8", "INT4"})
    public WeightFormat format = WeightFormat.BF16;

    /** How many vectors. */
    @Param({"1", "4", "16", "64", "256"})
    public int tokens;

    /** Length of a vector. */
    @Param({"2048"})
    public int columns;

    private final Kernels kernels = KernelChoice.best().factory().get();
    private @Nullable WeightFile weights;
    private final Activations activations = new Activations();
    private float[] inputs = new float[0];
    private float[] outputs = new float[0];

    /** For JMH. */
    public MultiplyBenchmark() {}

    /** Makes weights and vectors. */
    @Setup
    public void setUp() {
        weights = new WeightFile(format, ROWS, columns);
        SplittableRandom random = new SplittableRandom(2);
        inputs = new float[tokens * columns];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (float) random.nextDouble(-1, 1);
        }
        outputs = new float[tokens * ROWS];
    }

    /** Deletes the weights. */
    @TearDown
    public void tearDown() {
        if (weights != null) {
            weights.close();
        }
    }

    /**
     * One product, and what its vectors are prepared with.
     *
     * @param work counts its bytes and operations
     * @return the outputs
     */
    @Benchmark
    public float[] multiply(Work work) {
        if (weights == null) {
            throw new IllegalStateException("JMH did not call setUp");
        }
        WeightMatrix matrix = weights.next();
        activations.reserve(matrix, tokens);
        kernels.prepare(matrix, inputs, 0, tokens, activations);
        kernels.multiply(matrix, 0, ROWS, activations, outputs, ROWS);
        work.add((double) matrix.data().byteSize(), 2.0 * ROWS * columns * tokens);
        return outputs;
    }
}
