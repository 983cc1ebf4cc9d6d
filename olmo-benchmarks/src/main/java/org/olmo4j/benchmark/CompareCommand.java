package org.olmo4j.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.olmo4j.benchmark.llamacpp.LlamaCpp;
import org.olmo4j.benchmark.machine.MachineDescription;
import org.olmo4j.benchmark.measure.ResultObject;
import org.olmo4j.benchmark.measure.Spread;
import org.olmo4j.benchmark.measure.TextTable;
import org.olmo4j.benchmark.model.ModelChoice;
import org.olmo4j.benchmark.model.PreparedModel;
import org.olmo4j.benchmark.model.WeightFormat;
import org.olmo4j.benchmark.speed.FreshJvm;
import org.olmo4j.benchmark.speed.SpeedPlan;
import org.olmo4j.benchmark.speed.SpeedReport;
import org.olmo4j.benchmark.speed.SpeedTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Speed beside that of llama.cpp. The two programs take turns, each in a new process, so that a machine that changes its pace changes it for both. */
@Command(
        name = "compare",
        description = "Measures prefill and decoding in turn with llama.cpp, on models of the same shape.",
        mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {

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
            names = "--llama-bench",
            paramLabel = "FILE",
            required = true,
            description = "The program llama-bench, with llama-batched-bench in the same folder.")
    private Path llamaBench = Path.of("llama-bench");

    @Option(
            names = "--gguf",
            paramLabel = "TYPE=FILE",
            required = true,
            description = "A weight type here, and the file of llama.cpp to measure beside it, such as"
                    + " int8=olmo-1b-q8_0.gguf; may be repeated.")
    private Map<String, Path> files = new LinkedHashMap<>();

    @Option(
            names = "--batch",
            paramLabel = "N",
            split = ",",
            defaultValue = "1",
            description =
                    "Sequences that decode at once, several numbers to measure in turn (default: ${DEFAULT-VALUE}).")
    private List<Integer> batches = new ArrayList<>();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often each program has its turn (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "3",
            description = "Measurements in a turn, of which the median is taken (default: ${DEFAULT-VALUE}).")
    private int repeats;

    /**
     * A figure that both programs give.
     *
     * @param model here
     * @param threads of both
     * @param plan measures this figure and no other, on one number of sequences
     * @param llamaCpp there
     * @param description of it
     */
    private record Figure(
            PreparedModel model, int threads, SpeedPlan plan, LlamaCpp llamaCpp, LlamaCpp.Description description) {

        boolean isPrefill() {
            return plan.promptTokens() > 0;
        }

        String measure() {
            return isPrefill() ? "prefill" : "decode";
        }

        int sequences() {
            return plan.batches().getFirst();
        }

        double here() {
            SpeedReport.Batch batch = FreshJvm.measure(
                            OlmoBench.class.getName(),
                            List.of(FreshJvmCommand.NAME),
                            SpeedTask.of(model, threads, plan))
                    .batches()
                    .getFirst();
            return median(isPrefill() ? batch.prefillTokensPerSecond() : batch.decodeTokensPerSecond());
        }

        private static double median(@Nullable Spread measured) {
            if (measured == null) {
                throw new IllegalStateException("A plan without its measurement");
            }
            return measured.median();
        }

        double there() {
            return isPrefill()
                    ? llamaCpp.prefillTokensPerSecond(plan.promptTokens(), plan.repeats())
                    : llamaCpp.decodeTokensPerSecond(
                            sequences(), plan.contextTokens(), plan.generatedTokens(), plan.repeats());
        }
    }

    /** What the rounds gave for a figure, in tokens a second. */
    private record Comparison(Figure figure, List<Double> here, List<Double> there) {

        Spread ratio() {
            return Spread.ofRatio(here, there);
        }
    }

    @Override
    public Integer call() {
        check();
        Output output = Output.of(command);
        List<Comparison> comparisons = figures().stream()
                .map(figure -> new Comparison(figure, new ArrayList<>(), new ArrayList<>()))
                .toList();
        for (int round = 1; round <= rounds; round++) {
            for (Comparison comparison : comparisons) {
                Figure figure = comparison.figure();
                double here = figure.here();
                double there = figure.there();
                comparison.here().add(here);
                comparison.there().add(there);
                output.progress(
                        "round " + round + ", " + figure.model().format().label() + ", " + figure.threads()
                                + " threads, " + figure.measure() + ", batch " + figure.sequences() + ": "
                                + TextTable.number(here) + " tokens/s, llama.cpp " + TextTable.number(there));
            }
        }
        if (common.json()) {
            output.json(comparisons.stream().map(this::object).toList());
        } else {
            output.table(heading(comparisons), table(comparisons));
        }
        return 0;
    }

    private void check() {
        AllowedValues allowed = new AllowedValues(command);
        tokens.check();
        allowed.atLeast(tokens.prompt() == 0 ? 1 : 0, "--generate", tokens.generated());
        allowed.atLeast(1, "--rounds", rounds);
        allowed.atLeast(1, "--repeats", repeats);
        batches.forEach(batch -> allowed.require(batch >= 1 && batch <= 1024, "--batch", batch, "1 to 1024"));
    }

    private List<Figure> figures() {
        ModelChoice choice = model.choice();
        List<SpeedPlan> plans = plans();
        int longest = plans.stream().mapToInt(SpeedPlan::longestSequence).max().orElseThrow();
        List<Figure> figures = new ArrayList<>();
        files.forEach((type, file) -> {
            PreparedModel prepared = choice.prepare(WeightFormat.of(type), common.workFolder(), longest);
            for (int count : threads.counts()) {
                LlamaCpp llamaCpp = new LlamaCpp(llamaBench, file, count);
                LlamaCpp.Description description = llamaCpp.describe();
                plans.forEach(plan -> figures.add(new Figure(prepared, count, plan, llamaCpp, description)));
            }
        });
        return figures;
    }

    private List<SpeedPlan> plans() {
        List<SpeedPlan> plans = new ArrayList<>();
        if (tokens.prompt() > 0) {
            plans.add(plan(tokens.prompt(), 0, 0, 1));
        }
        if (tokens.generated() > 0) {
            batches.forEach(batch -> plans.add(plan(0, tokens.generated(), tokens.context(), batch)));
        }
        return plans;
    }

    private SpeedPlan plan(int prompt, int generate, int context, int batch) {
        return new SpeedPlan(prompt, generate, context, List.of(batch), SpeedPlan.CHUNK_TOKENS, repeats, model.seed());
    }

    private ResultObject object(Comparison comparison) {
        Figure figure = comparison.figure();
        return new ResultObject()
                .text("shape", figure.model().name())
                .text("weights", figure.model().format().label())
                .text("llama_cpp_model", figure.description().model())
                .text("llama_cpp_build", figure.description().build())
                .count("threads", figure.threads())
                .text("measure", figure.measure())
                .count("batch", figure.sequences())
                .count("prompt_tokens", figure.plan().promptTokens())
                .count("generated_tokens", figure.plan().generatedTokens())
                .count("context_tokens", figure.plan().contextTokens())
                .spread("tokens_per_second", Spread.of(comparison.here()))
                .spread("llama_cpp_tokens_per_second", Spread.of(comparison.there()))
                .spread("ratio", comparison.ratio())
                .count("rounds", rounds)
                .count("repeats", repeats);
    }

    private static List<String> heading(List<Comparison> comparisons) {
        List<String> heading = new ArrayList<>(Headings.of(MachineDescription.read()));
        comparisons.stream()
                .map(comparison ->
                        "llama.cpp " + comparison.figure().description().build())
                .distinct()
                .forEach(line -> heading.add(heading.size() - 1, line));
        return heading;
    }

    private static TextTable table(List<Comparison> comparisons) {
        TextTable table = new TextTable(
                "shape",
                "weights",
                "llama.cpp",
                "threads",
                "measure",
                "batch",
                "tokens/s",
                "llama.cpp tokens/s",
                "ratio");
        for (Comparison comparison : comparisons) {
            Figure figure = comparison.figure();
            table.add(
                    figure.model().name(),
                    figure.model().format().label(),
                    figure.description().model(),
                    Integer.toString(figure.threads()),
                    figure.measure(),
                    Integer.toString(figure.sequences()),
                    TextTable.spread(Spread.of(comparison.here())),
                    TextTable.spread(Spread.of(comparison.there())),
                    TextTable.spread(comparison.ratio()));
        }
        return table;
    }
}
