package org.olmo4j.benchmark.speed;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.Olmo;
import org.olmo4j.benchmark.measure.ResidentMemory;
import org.olmo4j.benchmark.measure.Spread;
import org.olmo4j.engine.EngineOptions;

/** Measures one model in this JVM, through the engine as an application uses it. */
public final class SpeedMeasurement {

    /** Steps are not cut by time: the work of one is what is measured. */
    private static final Duration STEP_TIME_BUDGET = Duration.ofMinutes(1);

    /** A sequence's last block of keys and values may be nearly empty. */
    private static final int BLOCK_TOKENS = 256;

    private final SpeedTask task;
    private final Consumer<String> progress;

    /**
     * Prepares a measurement.
     *
     * @param task what to measure
     * @param progress told one line for each number of sequences
     */
    public SpeedMeasurement(SpeedTask task, Consumer<String> progress) {
        this.task = task;
        this.progress = progress;
    }

    /**
     * Loads the model and measures it, then loads it again and again.
     *
     * @param processStart when this process started, if nothing was loaded in it yet; else null
     * @return what was measured
     */
    public SpeedReport run(@Nullable Instant processStart) {
        List<SpeedReport.Batch> batches = new ArrayList<>();
        long start = System.nanoTime();
        OptionalDouble freshLoad = OptionalDouble.empty();
        OptionalDouble freshFirstToken = OptionalDouble.empty();
        String backend;
        try (Olmo olmo = load()) {
            backend = olmo.backendDescription();
            double loadSeconds = secondsSince(start);
            Sequences sequences = new Sequences(olmo.engine(), task.plan().seed());
            sequences.prefillSeconds(1, SpeedPlan.SHORT_PROMPT);
            if (processStart != null) {
                freshLoad = OptionalDouble.of(loadSeconds);
                freshFirstToken = OptionalDouble.of(
                        Duration.between(processStart, Instant.now()).toNanos() / 1e9);
            }
            for (int count : task.plan().batches()) {
                batches.add(batch(sequences, count));
            }
        }
        List<Double> loads = new ArrayList<>();
        List<Double> firstTokens = new ArrayList<>();
        for (int repeat = 0; repeat < task.plan().repeats(); repeat++) {
            start(loads, firstTokens);
        }
        return new SpeedReport(
                backend,
                batches,
                new SpeedReport.Start(Spread.of(loads), Spread.of(firstTokens), freshLoad, freshFirstToken));
    }

    private void start(List<Double> loads, List<Double> firstTokens) {
        long start = System.nanoTime();
        try (Olmo olmo = load()) {
            loads.add(secondsSince(start));
            new Sequences(olmo.engine(), task.plan().seed()).prefillSeconds(1, SpeedPlan.SHORT_PROMPT);
            firstTokens.add(secondsSince(start));
        }
    }

    private SpeedReport.Batch batch(Sequences sequences, int count) {
        SpeedPlan plan = task.plan();
        Spread prefill = repeated(
                plan.promptTokens() > 0,
                () -> count * (double) plan.promptTokens() / sequences.prefillSeconds(count, plan.promptTokens()));
        Spread decode = repeated(
                plan.generatedTokens() > 0,
                () -> sequences.decodeTokensPerSecond(
                        count, plan.decodePromptTokens(), plan.generatedTokens(), plan.longestAnswer()));
        ResidentMemory memory = ResidentMemory.read();
        progress.accept(task.name() + ", " + task.format().label() + ", " + task.threads() + " threads, batch " + count
                + ": prefill " + (prefill == null ? "-" : Math.round(prefill.median())) + ", decode "
                + (decode == null ? "-" : Math.round(10 * decode.median()) / 10.0) + " tokens/s");
        return new SpeedReport.Batch(count, prefill, decode, memory.nowBytes(), memory.peakBytes());
    }

    private @Nullable Spread repeated(boolean wanted, DoubleSupplier measurement) {
        if (!wanted) {
            return null;
        }
        double _ = measurement.getAsDouble();
        List<Double> values = new ArrayList<>();
        for (int repeat = 0; repeat < task.plan().repeats(); repeat++) {
            values.add(measurement.getAsDouble());
        }
        return Spread.of(values);
    }

    private Olmo load() {
        SpeedPlan plan = task.plan();
        int batch = plan.largestBatch();
        long keyValueTokens = (long) batch * (plan.longestSequence() + BLOCK_TOKENS);
        EngineOptions options = EngineOptions.builder()
                .maxRunning(batch)
                .prefillChunkTokens(plan.chunkTokens())
                .stepTimeBudget(STEP_TIME_BUDGET)
                .prefixCache(false)
                .build();
        return Olmo.builder(task.folder())
                .loadOptions(
                        task.model().loadOptions(task.threads(), keyValueTokens, plan.chunkTokens() + batch, 2 * batch))
                .engineOptions(options)
                .load();
    }

    private static double secondsSince(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e9;
    }
}
