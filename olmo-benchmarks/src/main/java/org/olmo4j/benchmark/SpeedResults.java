package org.olmo4j.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.olmo4j.benchmark.machine.Ceilings;
import org.olmo4j.benchmark.machine.MachineDescription;
import org.olmo4j.benchmark.measure.ResultObject;
import org.olmo4j.benchmark.measure.Spread;
import org.olmo4j.benchmark.measure.TextTable;
import org.olmo4j.benchmark.model.PreparedModel;
import org.olmo4j.benchmark.model.TokenCost;
import org.olmo4j.benchmark.speed.SpeedPlan;
import org.olmo4j.benchmark.speed.SpeedReport;

/** Figures of {@link SpeedCommand}, with what follows from them: bytes and operations a second, and shares of the machine's ceilings. */
final class SpeedResults {

    /** A figure that was not asked for, or cannot be had, is null in JSON. */
    private static final Spread NONE = new Spread(Double.NaN, Double.NaN, Double.NaN);

    private final SpeedPlan plan;
    private final MachineDescription machine;
    private final List<ResultObject> objects = new ArrayList<>();
    private final Set<String> remarks = new LinkedHashSet<>();
    private final TextTable table = new TextTable(
            "shape",
            "weights",
            "threads",
            "batch",
            "prefill tokens/s",
            "GFLOP/s",
            "decode tokens/s",
            "GB/s",
            "of read ceiling",
            "steady",
            "peak",
            "load s",
            "first token s");

    SpeedResults(SpeedPlan plan, MachineDescription machine) {
        this.plan = plan;
        this.machine = machine;
    }

    /**
     * Adds what was measured of one model.
     *
     * @param model which
     * @param threads that computed
     * @param report what was measured
     * @param ceilings of these threads; null if they could not be measured
     */
    void add(PreparedModel model, int threads, SpeedReport report, @Nullable Ceilings ceilings) {
        TokenCost cost = TokenCost.of(model.spec());
        remarks.add(report.backend());
        if (ceilings != null) {
            remarks.add("ceilings with " + threads + " threads: read "
                    + TextTable.spread(ceilings.readGigabytesPerSecond()) + " GB/s, multiply-add "
                    + TextTable.spread(ceilings.multiplyGigaflops()) + " GFLOP/s");
        }
        report.start()
                .freshFirstTokenSeconds()
                .ifPresent(seconds -> remarks.add(model.format().label() + ": first token " + TextTable.number(seconds)
                        + " s after the start of a new JVM"));
        for (SpeedReport.Batch batch : report.batches()) {
            add(model, threads, report, batch, ceilings, cost);
        }
    }

    private void add(
            PreparedModel model,
            int threads,
            SpeedReport report,
            SpeedReport.Batch batch,
            @Nullable Ceilings ceilings,
            TokenCost cost) {
        Spread prefill = orNone(batch.prefillTokensPerSecond());
        Spread decode = orNone(batch.decodeTokensPerSecond());
        Spread gigaflops = prefill.times(cost.prefillOperations() / 1e9);
        // Which experts several sequences choose together is not known here.
        boolean bytesKnown = cost.dense() || batch.sequences() == 1;
        Spread gigabytes =
                bytesKnown ? decode.times(cost.decodeStepBytes(model.format()) / batch.sequences() / 1e9) : NONE;
        double readShare = ceilings == null
                ? Double.NaN
                : gigabytes.median() / ceilings.readGigabytesPerSecond().median();
        double multiplyShare = ceilings == null
                ? Double.NaN
                : gigaflops.median() / ceilings.multiplyGigaflops().median();
        SpeedReport.Start start = report.start();
        objects.add(new ResultObject()
                .text("shape", model.name())
                .text("weights", model.format().label())
                .count("threads", threads)
                .count("batch", batch.sequences())
                .count("prompt_tokens", plan.promptTokens())
                .count("generated_tokens", plan.generatedTokens())
                .count("context_tokens", plan.contextTokens())
                .spread("prefill_tokens_per_second", prefill)
                .spread("decode_tokens_per_second", decode)
                .spread("decode_gigabytes_per_second", gigabytes)
                .spread("prefill_gigaflops", gigaflops)
                .count("steady_resident_bytes", batch.steadyResidentBytes())
                .count("peak_resident_bytes", batch.peakResidentBytes())
                .spread("load_seconds", start.loadSeconds())
                .spread("first_token_seconds", start.firstTokenSeconds())
                .number("fresh_jvm_load_seconds", start.freshLoadSeconds())
                .number("fresh_jvm_first_token_seconds", start.freshFirstTokenSeconds())
                .spread(
                        "read_ceiling_gigabytes_per_second",
                        ceilings == null ? NONE : ceilings.readGigabytesPerSecond())
                .number("decode_share_of_read_ceiling", readShare)
                .spread("multiply_ceiling_gigaflops", ceilings == null ? NONE : ceilings.multiplyGigaflops())
                .number("prefill_share_of_multiply_ceiling", multiplyShare)
                .count("repeats", plan.repeats())
                .count("parameters", cost.parameters())
                .text("backend", report.backend())
                .text("processor", machine.processor())
                .text("java", machine.java()));
        table.add(
                model.name(),
                model.format().label(),
                Integer.toString(threads),
                Integer.toString(batch.sequences()),
                TextTable.spread(prefill),
                TextTable.number(gigaflops.median()),
                TextTable.spread(decode),
                TextTable.number(gigabytes.median()),
                Double.isFinite(readShare) ? Math.round(100 * readShare) + " %" : "-",
                batch.steadyResidentBytes().isPresent()
                        ? TextTable.bytes(batch.steadyResidentBytes().getAsLong())
                        : "-",
                batch.peakResidentBytes().isPresent()
                        ? TextTable.bytes(batch.peakResidentBytes().getAsLong())
                        : "-",
                TextTable.number(start.loadSeconds().median()),
                TextTable.number(start.firstTokenSeconds().median()));
    }

    private static Spread orNone(@Nullable Spread spread) {
        return spread == null ? NONE : spread;
    }

    List<ResultObject> objects() {
        return objects;
    }

    TextTable table() {
        return table;
    }

    List<String> heading() {
        List<String> heading = new ArrayList<>(Headings.of(machine));
        heading.addAll(heading.size() - 1, remarks);
        return heading;
    }
}
