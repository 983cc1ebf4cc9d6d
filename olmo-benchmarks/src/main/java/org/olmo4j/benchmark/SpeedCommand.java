package org.olmo4j.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.olmo4j.benchmark.machine.Ceilings;
import org.olmo4j.benchmark.machine.MachineDescription;
import org.olmo4j.benchmark.machine.VectorModule;
import org.olmo4j.benchmark.model.ModelChoice;
import org.olmo4j.benchmark.model.PreparedModel;
import org.olmo4j.benchmark.model.WeightFormat;
import org.olmo4j.benchmark.speed.FreshJvm;
import org.olmo4j.benchmark.speed.SpeedMeasurement;
import org.olmo4j.benchmark.speed.SpeedPlan;
import org.olmo4j.benchmark.speed.SpeedReport;
import org.olmo4j.benchmark.speed.SpeedTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What {@code olmo-bench} does without a subcommand: prefill, decoding, memory and start of one model, in the manner of llama-bench. */
@Command(
        name = "olmo-bench",
        description =
                "Measures prefill, decoding, memory and start of an OLMo model, each weight type in a JVM of its own,"
                        + " beside the machine's ceilings.",
        mixinStandardHelpOptions = true,
        versionProvider = OlmoBench.Version.class,
        subcommands = {
            CompareCommand.class,
            LoadCommand.class,
            AccountingCommand.class,
            WeightsCommand.class,
            QualityCommand.class,
            MachineCommand.class,
            KernelsCommand.class,
            FreshJvmCommand.class
        })
final class SpeedCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ThreadOptions threads = new ThreadOptions();

    @Mixin
    private TokenOptions tokens = new TokenOptions();

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            split = ",",
            description =
                    "Weight types, measured in turn: f32, f16, bf16, int8, int4 (default: as stored; bf16 for random"
                            + " ones).")
    private List<String> weights = new ArrayList<>();

    @Option(
            names = "--batch",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,4,16",
            description = "Sequences at once, several numbers to measure in turn (default: ${DEFAULT-VALUE}).")
    private List<Integer> batches = new ArrayList<>();

    @Option(
            names = "--chunk",
            paramLabel = "N",
            defaultValue = "" + SpeedPlan.CHUNK_TOKENS,
            description = "Most prompt tokens of a step (default: ${DEFAULT-VALUE}).")
    private int chunkTokens;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "5",
            description = "Measurements of each figure, after one that does not count (default: ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(
            names = "--in-process",
            description = "Measure in this JVM; memory is then that of all that was measured before, too.")
    private boolean inProcess;

    @Option(names = "--ceiling-file-size", paramLabel = "BYTES", hidden = true, defaultValue = "" + Ceilings.FILE_BYTES)
    private long ceilingFileBytes;

    @Override
    public Integer call() {
        check();
        Output output = Output.of(command);
        SpeedPlan plan = new SpeedPlan(
                tokens.prompt(), tokens.generated(), tokens.context(), batches, chunkTokens, repeats, model.seed());
        ModelChoice choice = model.choice();
        List<WeightFormat> formats = weights.isEmpty()
                ? List.of(choice.ownFormat())
                : weights.stream().map(WeightFormat::of).toList();
        List<PreparedModel> models = formats.stream()
                .map(format -> choice.prepare(format, common.workFolder(), plan.longestSequence()))
                .toList();
        Map<Integer, Ceilings> ceilings = ceilings();
        SpeedResults results = new SpeedResults(plan, MachineDescription.read());
        for (PreparedModel prepared : models) {
            for (int count : threads.counts()) {
                SpeedReport report = measure(SpeedTask.of(prepared, count, plan), output);
                results.add(prepared, count, report, ceilings.get(count));
            }
        }
        if (common.json()) {
            output.json(results.objects());
        } else {
            output.table(results.heading(), results.table());
        }
        return 0;
    }

    private SpeedReport measure(SpeedTask task, Output output) {
        return inProcess
                ? new SpeedMeasurement(task, output::progress).run(null)
                : FreshJvm.measure(OlmoBench.class.getName(), List.of(FreshJvmCommand.NAME), task);
    }

    private Map<Integer, Ceilings> ceilings() {
        Map<Integer, Ceilings> ceilings = new LinkedHashMap<>();
        if (VectorModule.present()) {
            threads.counts()
                    .forEach(count -> ceilings.computeIfAbsent(
                            count, _ -> Ceilings.measure(common.workFolder(), ceilingFileBytes, count, repeats)));
        }
        return ceilings;
    }

    private void check() {
        AllowedValues allowed = new AllowedValues(command);
        tokens.check();
        allowed.atLeast(1, "--repeats", repeats);
        allowed.require(chunkTokens >= 1 && chunkTokens <= 32_768, "--chunk", chunkTokens, "1 to 32768");
        batches.forEach(batch -> allowed.require(batch >= 1 && batch <= 1024, "--batch", batch, "1 to 1024"));
    }
}
