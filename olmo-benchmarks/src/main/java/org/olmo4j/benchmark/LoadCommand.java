package org.olmo4j.benchmark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.olmo4j.Olmo;
import org.olmo4j.benchmark.load.LoadPlan;
import org.olmo4j.benchmark.load.LoadResult;
import org.olmo4j.benchmark.load.LoadTest;
import org.olmo4j.benchmark.machine.MachineDescription;
import org.olmo4j.benchmark.measure.ResultObject;
import org.olmo4j.benchmark.measure.TextTable;
import org.olmo4j.benchmark.model.DemoModel;
import org.olmo4j.benchmark.model.ModelChoice;
import org.olmo4j.benchmark.model.ModelShape;
import org.olmo4j.benchmark.model.PreparedModel;
import org.olmo4j.benchmark.model.WeightFormat;
import org.olmo4j.engine.EngineOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The load test. */
@Command(
        name = "load",
        description = "Lets many callers ask one model at the same time: tokens a second of all together, time to first"
                + " token, fairness.",
        mixinStandardHelpOptions = true)
final class LoadCommand implements Callable<Integer> {

    /** Prompts of one engine lie in blocks of so many tokens at most, so that each sequence may waste nearly one. */
    private static final int BLOCK_TOKENS = 256;

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    private ThreadOptions threads = new ThreadOptions();

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description =
                    "Folder of a model; may be repeated. Without --model and --shape: the demo model of the checkout,"
                            + " and the shape 100m.")
    private List<Path> models = new ArrayList<>();

    @Option(
            names = "--shape",
            paramLabel = "NAME",
            description = "Random weights in this shape (tiny, 100m, olmo-1b, olmo-7b, olmo2-1b); may be repeated.")
    private List<String> shapes = new ArrayList<>();

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description = "Weight type: f32, f16, bf16, int8, int4 (default: as stored; bf16 for random ones).")
    private String weights = "";

    @Option(
            names = "--callers",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,4,16,32",
            description = "Callers at once, several numbers to measure in turn (default: ${DEFAULT-VALUE}).")
    private List<Integer> callers = new ArrayList<>();

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "32",
            description = "Requests in a run, shared out evenly among its callers (default: ${DEFAULT-VALUE}).")
    private int requests;

    @Option(
            names = "--prompt",
            paramLabel = "N",
            defaultValue = "64",
            description = "Tokens of each prompt (default: ${DEFAULT-VALUE}).")
    private int promptTokens;

    @Option(
            names = "--generate",
            paramLabel = "N",
            defaultValue = "64",
            description = "Tokens of each answer (default: ${DEFAULT-VALUE}).")
    private int generatedTokens;

    @Option(
            names = "--shared-prefix",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Share of each prompt that is the same for all, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double sharedPrefix;

    @Option(
            names = "--prefix-cache",
            paramLabel = "on|off|both",
            defaultValue = "on",
            description = "Whether prompts may share keys and values (default: ${DEFAULT-VALUE}).")
    private PrefixCache prefixCache = PrefixCache.ON;

    @Option(
            names = "--prefill-chunk",
            paramLabel = "N",
            defaultValue = "256",
            description = "Most prompt tokens of a step (default: ${DEFAULT-VALUE}).")
    private int prefillChunk;

    @Option(
            names = "--step-time-budget",
            paramLabel = "MS",
            defaultValue = "200",
            description = "About how long a step takes, in milliseconds (default: ${DEFAULT-VALUE}).")
    private int stepMillis;

    @Option(
            names = "--warm-ups",
            paramLabel = "N",
            defaultValue = "1",
            description = "Runs that do not count (default: ${DEFAULT-VALUE}).")
    private int warmUps;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "5",
            description = "Runs that count (default: ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of prompts and random weights (default: ${DEFAULT-VALUE}).")
    private long seed;

    /** Which engines to measure. */
    enum PrefixCache {
        ON,
        OFF,
        BOTH;

        List<Boolean> settings() {
            return switch (this) {
                case ON -> List.of(true);
                case OFF -> List.of(false);
                case BOTH -> List.of(false, true);
            };
        }
    }

    /** One loaded model with what it gave. */
    private record Measured(
            PreparedModel model, String backend, int threads, boolean prefixCache, List<LoadResult> results) {}

    @Override
    public Integer call() {
        check();
        Output output = Output.of(command);
        List<Measured> measured = new ArrayList<>();
        for (ModelChoice choice : choices()) {
            WeightFormat format = weights.isEmpty() ? choice.ownFormat() : WeightFormat.of(weights);
            PreparedModel model = choice.prepare(format, common.workFolder(), promptTokens + generatedTokens);
            for (int count : threads.counts()) {
                for (boolean cache : prefixCache.settings()) {
                    output.progress(model.name() + ", " + format.label() + ", " + count + " threads, prefix cache "
                            + (cache ? "on" : "off"));
                    measured.add(measure(model, count, cache, output));
                }
            }
        }
        if (common.json()) {
            output.json(measured.stream().flatMap(this::objects).toList());
        } else {
            output.table(Headings.of(MachineDescription.read()), table(measured));
        }
        return 0;
    }

    private void check() {
        AllowedValues allowed = new AllowedValues(command);
        callers.forEach(count -> allowed.require(count >= 1 && count <= 1024, "--callers", count, "1 to 1024"));
        allowed.atLeast(1, "--requests", requests);
        allowed.atLeast(1, "--prompt", promptTokens);
        allowed.atLeast(1, "--generate", generatedTokens);
        allowed.require(sharedPrefix >= 0 && sharedPrefix <= 1, "--shared-prefix", sharedPrefix, "0 to 1");
        allowed.require(prefillChunk >= 1 && prefillChunk <= 32_768, "--prefill-chunk", prefillChunk, "1 to 32768");
        allowed.require(stepMillis >= 1 && stepMillis <= 60_000, "--step-time-budget", stepMillis, "1 to 60000");
        allowed.atLeast(0, "--warm-ups", warmUps);
        allowed.atLeast(1, "--repeats", repeats);
    }

    private List<ModelChoice> choices() {
        List<ModelChoice> choices = new ArrayList<>();
        models.forEach(folder -> choices.add(new ModelChoice.Folder(folder)));
        shapes.forEach(shape -> choices.add(new ModelChoice.Shape(ModelShape.of(shape), seed)));
        if (choices.isEmpty()) {
            choices.add(new ModelChoice.Folder(DemoModel.folder()));
            choices.add(new ModelChoice.Shape(ModelShape.OLMO2_100M, seed));
        }
        return choices;
    }

    private LoadPlan plan() {
        return new LoadPlan(
                promptTokens,
                generatedTokens,
                (int) Math.round(sharedPrefix * promptTokens),
                requests,
                callers,
                warmUps,
                repeats,
                seed);
    }

    private Measured measure(PreparedModel model, int count, boolean cache, Output output) {
        LoadPlan plan = plan();
        int running = plan.mostCallers();
        EngineOptions options = EngineOptions.builder()
                .maxRunning(running)
                .prefillChunkTokens(prefillChunk)
                .stepTimeBudget(Duration.ofMillis(stepMillis))
                .prefixCache(cache)
                .build();
        long keyValueTokens = (long) (running + 1) * (promptTokens + generatedTokens + BLOCK_TOKENS);
        try (Olmo olmo = Olmo.builder(model.folder().toString())
                .loadOptions(model.loadOptions(count, keyValueTokens, prefillChunk + running, 2 * running))
                .engineOptions(options)
                .load()) {
            List<LoadResult> results = new LoadTest(olmo.engine(), plan, output::progress).run();
            return new Measured(model, olmo.backendDescription(), count, cache, results);
        }
    }

    private Stream<ResultObject> objects(Measured measured) {
        return measured.results().stream()
                .map(result -> new ResultObject()
                        .text("model", measured.model().name())
                        .text("weights", measured.model().format().label())
                        .text("backend", measured.backend())
                        .count("threads", measured.threads())
                        .flag("prefix_cache", measured.prefixCache())
                        .number("shared_prefix", sharedPrefix)
                        .count("prompt_tokens", promptTokens)
                        .count("generated_tokens", generatedTokens)
                        .count("callers", result.callers())
                        .count("requests", result.requests())
                        .spread("generated_tokens_per_second", result.generatedTokensPerSecond())
                        .number("ratio_to_one_caller", result.ratioToOneCaller())
                        .spread("prompt_tokens_per_second", result.promptTokensPerSecond())
                        .number("first_token_seconds_p50", result.firstTokenSecondsMedian())
                        .number("first_token_seconds_p99", result.firstTokenSeconds99())
                        .spread("fairness", result.fairness())
                        .number("cached_prompt_share", result.cachedPromptShare()));
    }

    private static TextTable table(List<Measured> measured) {
        TextTable table = new TextTable(
                "model",
                "weights",
                "threads",
                "prefix cache",
                "callers",
                "generated tokens/s",
                "ratio to one",
                "prompt tokens/s",
                "first token p50 s",
                "p99 s",
                "slowest/fastest",
                "cached");
        for (Measured one : measured) {
            for (LoadResult result : one.results()) {
                table.add(
                        one.model().name(),
                        one.model().format().label(),
                        Integer.toString(one.threads()),
                        one.prefixCache() ? "on" : "off",
                        Integer.toString(result.callers()),
                        TextTable.spread(result.generatedTokensPerSecond()),
                        TextTable.number(result.ratioToOneCaller().orElse(Double.NaN)),
                        TextTable.number(result.promptTokensPerSecond().median()),
                        TextTable.number(result.firstTokenSecondsMedian()),
                        TextTable.number(result.firstTokenSeconds99()),
                        TextTable.spread(result.fairness()),
                        Math.round(100 * result.cachedPromptShare()) + " %");
            }
        }
        return table;
    }
}
