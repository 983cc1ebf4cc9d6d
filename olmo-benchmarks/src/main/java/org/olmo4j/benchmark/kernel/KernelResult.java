package org.olmo4j.benchmark.kernel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.olmo4j.benchmark.measure.Spread;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * What one kernel reached.
 *
 * @param kernel such as {@code MultiplyBenchmark.multiply}
 * @param parameters such as {@code columns=2048 tokens=1 format=BF16}
 * @param threads that ran it at once
 * @param gigabytesPerSecond of all threads
 * @param gigaflops of all threads, 10^9 operations a second; NaN where they are not counted
 */
public record KernelResult(String kernel, String parameters, int threads, Spread gigabytesPerSecond, Spread gigaflops) {

    /**
     * Reads JMH's results.
     *
     * @param runs one for each kernel with its parameters
     * @return in the same order
     */
    public static List<KernelResult> of(Collection<RunResult> runs) {
        return runs.stream().map(KernelResult::of).toList();
    }

    private static KernelResult of(RunResult run) {
        BenchmarkParams parameters = run.getParams();
        String name = parameters.getBenchmark();
        String simple = name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1);
        List<String> values = new ArrayList<>();
        for (String key : parameters.getParamsKeys()) {
            values.add(key + "=" + parameters.getParam(key));
        }
        values.sort(null);
        return new KernelResult(
                simple,
                String.join(" ", values),
                parameters.getThreads(),
                spread(run, "gigabytes"),
                spread(run, "gigaflops"));
    }

    /** Over the iterations of all forks. */
    private static Spread spread(RunResult run, String counter) {
        List<Double> scores = new ArrayList<>();
        for (BenchmarkResult fork : run.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                Result<?> result = iteration.getSecondaryResults().get(counter);
                scores.add(result == null ? 0 : result.getScore());
            }
        }
        boolean counted = scores.stream().anyMatch(score -> score > 0);
        return counted ? Spread.of(scores) : new Spread(Double.NaN, Double.NaN, Double.NaN);
    }
}
