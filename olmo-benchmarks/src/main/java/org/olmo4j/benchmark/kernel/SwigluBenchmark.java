package org.olmo4j.benchmark.kernel;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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

/** The activation of the feed-forward network, on vectors that lie in the cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class SwigluBenchmark {

    /** Width of the network. */
    @Param({"8192"})
    public int width;

    private final Kernels kernels = KernelChoice.best().factory().get();
    private float[] gate = new float[0];
    private float[] freshGate = new float[0];
    private float[] up = new float[0];

    /** For JMH. */
    public SwigluBenchmark() {}

    /** Makes the vectors. */
    @Setup
    public void setUp() {
        SplittableRandom random = new SplittableRandom(1);
        freshGate = new float[width];
        gate = new float[width];
        up = new float[width];
        for (int i = 0; i < width; i++) {
            freshGate[i] = (float) random.nextDouble(-4, 4);
            up[i] = (float) random.nextDouble(-1, 1);
        }
    }

    /**
     * One vector. The kernel works in place, and its own output would soon be zero, so that its input is copied first.
     *
     * @param work counts the bytes that the kernel reads and writes
     * @return the vector
     */
    @Benchmark
    public float[] swiglu(Work work) {
        System.arraycopy(freshGate, 0, gate, 0, width);
        kernels.swiglu(gate, up, 0, width);
        work.add(3.0 * width * Float.BYTES, 0);
        return gate;
    }
}
