package org.olmo4j.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.olmo4j.Olmo;
import org.olmo4j.benchmark.accounting.AccountingCost;
import org.olmo4j.benchmark.accounting.AccountingMeasurement;
import org.olmo4j.benchmark.load.LoadPlan;
import org.olmo4j.benchmark.machine.MachineDescription;
import org.olmo4j.benchmark.measure.ResultObject;
import org.olmo4j.benchmark.measure.TextTable;
import org.olmo4j.benchmark.model.ModelChoice;
import org.olmo4j.benchmark.model.PreparedModel;
import org.olmo4j.engine.EngineOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What accounting for energy costs. */
@Command(
        name = "accounting",
        description =
                "Lets the same load run with and without accounting for energy in turn: the ratio of tokens a second,"
                        + " and the processor time of the thread that reads the meters.",
        mixinStandardHelpOptions = true)
final class AccountingCommand implements Callable<Integer> {

    private static final int BLOCK_TOKENS = 256;
    private static final int PREFILL_CHUNK = 256;

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ThreadOptions threads = new ThreadOptions();

    @Option(
            names = "--callers",
            paramLabel = "N",
            defaultValue = "8",
            description = "Callers at once (default: ${DEFAULT-VALUE}).")
    private int callers;

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
            names = "--idle",
            paramLabel = "S",
            defaultValue = "30",
            description = "Seconds without requests (default: ${DEFAULT-VALUE}).")
    private int idleSeconds;

    @Option(
            names = "--warm-ups",
            paramLabel = "N",
            defaultValue = "1",
            description = "Pairs of runs that do not count (default: ${DEFAULT-VALUE}).")
    private int warmUps;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "7",
            description = "Pairs of runs that count (default: ${DEFAULT-VALUE}).")
    private int repeats;

    @Override
    public Integer call() {
        check();
        Output output = Output.of(command);
        ModelChoice choice = model.choice();
        PreparedModel prepared =
                choice.prepare(choice.ownFormat(), common.workFolder(), promptTokens + generatedTokens);
        int count = threads.counts().getFirst();
        LoadPlan plan = new LoadPlan(
                promptTokens, generatedTokens, 0, requests, List.of(callers), warmUps, repeats, model.seed());
        AccountingCost cost = new AccountingMeasurement(plan, Duration.ofSeconds(idleSeconds), output::progress)
                .run(() -> builder(prepared, count));
        if (common.json()) {
            output.json(List.of(object(prepared, count, cost)));
        } else {
            output.table(Headings.of(MachineDescription.read()), table(prepared, cost));
        }
        return 0;
    }

    private void check() {
        AllowedValues allowed = new AllowedValues(command);
        allowed.require(callers >= 1 && callers <= 1024, "--callers", callers, "1 to 1024");
        allowed.atLeast(1, "--requests", requests);
        allowed.atLeast(1, "--prompt", promptTokens);
        allowed.atLeast(1, "--generate", generatedTokens);
        allowed.atLeast(1, "--idle", idleSeconds);
        allowed.atLeast(0, "--warm-ups", warmUps);
        allowed.atLeast(1, "--repeats", repeats);
    }

    private Olmo.Builder builder(PreparedModel prepared, int count) {
        long keyValueTokens = (long) (callers + 1) * (promptTokens + generatedTokens + BLOCK_TOKENS);
        return Olmo.builder(prepared.folder().toString())
                .loadOptions(prepared.loadOptions(count, keyValueTokens, PREFILL_CHUNK + callers, 2 * callers))
                .engineOptions(EngineOptions.builder()
                        .maxRunning(callers)
                        .prefillChunkTokens(PREFILL_CHUNK)
                        .prefixCache(false)
                        .build());
    }

    private ResultObject object(PreparedModel prepared, int count, AccountingCost cost) {
        return new ResultObject()
                .text("model", prepared.name())
                .text("weights", prepared.format().label())
                .text("meters", String.join(" ", cost.meters()))
                .count("threads", count)
                .count("callers", callers)
                .count("prompt_tokens", promptTokens)
                .count("generated_tokens", generatedTokens)
                .spread("generated_tokens_per_second", cost.tokensPerSecond())
                .spread("generated_tokens_per_second_without", cost.tokensPerSecondWithout())
                .spread("ratio", cost.ratio())
                .spread("reader_share_loaded", cost.readerShareLoaded())
                .number("reader_share_idle", cost.readerShareIdle());
    }

    private TextTable table(PreparedModel prepared, AccountingCost cost) {
        TextTable table = new TextTable(
                "model",
                "weights",
                "meters",
                "callers",
                "tokens/s with",
                "without",
                "ratio",
                "reader's % of a processor, loaded",
                "idle");
        table.add(
                prepared.name(),
                prepared.format().label(),
                String.join(" ", cost.meters()),
                Integer.toString(callers),
                TextTable.spread(cost.tokensPerSecond()),
                TextTable.spread(cost.tokensPerSecondWithout()),
                TextTable.fiveDigits(cost.ratio().median()),
                TextTable.spread(cost.readerShareLoaded().times(100)),
                TextTable.number(100 * cost.readerShareIdle()));
        return table;
    }
}
