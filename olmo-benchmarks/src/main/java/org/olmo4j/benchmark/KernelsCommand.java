package org.olmo4j.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.benchmark.kernel.KernelResult;
import org.olmo4j.benchmark.kernel.MultiplyBenchmark;
import org.olmo4j.benchmark.machine.Ceilings;
import org.olmo4j.benchmark.machine.MachineDescription;
import org.olmo4j.benchmark.machine.VectorModule;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.benchmark.measure.ResultObject;
import org.olmo4j.benchmark.measure.TextTable;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the JMH benchmarks of the kernels, and shows what they reach beside the ceilings measured in the same run. */
@Command(
        name = "kernels",
        description =
                "Measures the CPU kernels one by one under JMH, beside the machine's ceilings. JMH's own command line:"
                        + " java -cp olmo-bench.jar org.openjdk.jmh.Main",
        mixinStandardHelpOptions = true)
final class KernelsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    private ThreadOptions threads = new ThreadOptions();

    @Option(
            names = "--include",
            paramLabel = "REGEX",
            description = "Only kernels whose name contains a match, such as Multiply (default: all).")
    private String include = "";

    @Option(
            names = "--param",
            paramLabel = "NAME=VALUE[,VALUE]",
            description = "Only these values of a parameter, such as format=BF16 or tokens=1,64; may be repeated.")
    private Map<String, String> parameters = new LinkedHashMap<>();

    @Option(
            names = "--forks",
            paramLabel = "N",
            defaultValue = "1",
            description = "JVMs for each kernel; 0: this one (default: ${DEFAULT-VALUE}).")
    private int forks;

    @Option(
            names = "--warm-ups",
            paramLabel = "N",
            defaultValue = "3",
            description = "Iterations that do not count (default: ${DEFAULT-VALUE}).")
    private int warmUps;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "5",
            description = "Iterations that count (default: ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(
            names = "--time",
            paramLabel = "MS",
            defaultValue = "1000",
            description = "Milliseconds of an iteration (default: ${DEFAULT-VALUE}).")
    private int millis;

    @Option(names = "--ceiling-file-size", paramLabel = "BYTES", hidden = true, defaultValue = "" + Ceilings.FILE_BYTES)
    private long ceilingFileBytes;

    @Override
    public Integer call() {
        AllowedValues allowed = new AllowedValues(command);
        allowed.atLeast(0, "--forks", forks);
        allowed.atLeast(0, "--warm-ups", warmUps);
        allowed.atLeast(1, "--repeats", repeats);
        allowed.atLeast(1, "--time", millis);
        Output output = Output.of(command);
        TextTable table = new TextTable(
                "kernel", "parameters", "threads", "GB/s", "of read ceiling", "GFLOP/s", "of multiply-add ceiling");
        List<ResultObject> objects = new ArrayList<>();
        for (int count : threads.counts()) {
            Ceilings ceilings = VectorModule.present()
                    ? Ceilings.measure(common.workFolder(), ceilingFileBytes, count, repeats)
                    : null;
            for (KernelResult result : run(count)) {
                objects.add(object(result, ceilings));
                addRow(table, result, ceilings);
            }
        }
        if (common.json()) {
            output.json(objects);
        } else {
            output.table(Headings.of(MachineDescription.read()), table);
        }
        return 0;
    }

    @SuppressWarnings("SystemOut") // JMH shows its progress on a stream; standard output is for the results.
    private List<KernelResult> run(int count) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(MultiplyBenchmark.class.getPackageName() + ".*" + include + ".*")
                .threads(count)
                .forks(forks)
                .warmupIterations(warmUps)
                .warmupTime(TimeValue.milliseconds(millis))
                .measurementIterations(repeats)
                .measurementTime(TimeValue.milliseconds(millis))
                .shouldFailOnError(true);
        parameters.forEach((name, values) -> options.param(name, values.split(",")));
        try {
            return KernelResult.of(new Runner(
                            options.build(), OutputFormatFactory.createFormatInstance(System.err, VerboseMode.NORMAL))
                    .run());
        } catch (RunnerException e) {
            throw new BenchmarkException(
                    "JMH could not measure the kernels: " + e.getMessage(),
                    "See its output above, and the names with --include and --param",
                    e);
        }
    }

    private static ResultObject object(KernelResult result, @Nullable Ceilings ceilings) {
        return new ResultObject()
                .text("kernel", result.kernel())
                .text("parameters", result.parameters())
                .count("threads", result.threads())
                .spread("gigabytes_per_second", result.gigabytesPerSecond())
                .number("share_of_read_ceiling", readShare(result, ceilings))
                .spread("gigaflops", result.gigaflops())
                .number("share_of_multiply_ceiling", multiplyShare(result, ceilings))
                .number(
                        "read_ceiling_gigabytes_per_second",
                        ceilings == null
                                ? Double.NaN
                                : ceilings.readGigabytesPerSecond().median())
                .number(
                        "multiply_ceiling_gigaflops",
                        ceilings == null
                                ? Double.NaN
                                : ceilings.multiplyGigaflops().median());
    }

    private static void addRow(TextTable table, KernelResult result, @Nullable Ceilings ceilings) {
        List<String> shares = Stream.of(readShare(result, ceilings), multiplyShare(result, ceilings))
                .map(share -> Double.isFinite(share) ? Math.round(100 * share) + " %" : "-")
                .toList();
        table.add(
                result.kernel(),
                result.parameters(),
                Integer.toString(result.threads()),
                TextTable.spread(result.gigabytesPerSecond()),
                shares.getFirst(),
                TextTable.spread(result.gigaflops()),
                shares.getLast());
    }

    private static double readShare(KernelResult result, @Nullable Ceilings ceilings) {
        return ceilings == null
                ? Double.NaN
                : result.gigabytesPerSecond().median()
                        / ceilings.readGigabytesPerSecond().median();
    }

    private static double multiplyShare(KernelResult result, @Nullable Ceilings ceilings) {
        return ceilings == null
                ? Double.NaN
                : result.gigaflops().median() / ceilings.multiplyGigaflops().median();
    }
}
