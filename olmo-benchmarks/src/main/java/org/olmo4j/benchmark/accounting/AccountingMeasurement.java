package org.olmo4j.benchmark.accounting;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.olmo4j.Olmo;
import org.olmo4j.benchmark.load.LoadPlan;
import org.olmo4j.benchmark.load.LoadTest;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.benchmark.measure.Spread;
import org.olmo4j.energy.MeterOptions;
import org.olmo4j.energy.carbon.CarbonAccounting;
import org.olmo4j.energy.carbon.FootprintAccounting;

/** Lets the same load run with and without accounting in turn, on two engines of one model. */
public final class AccountingMeasurement {

    private final LoadPlan plan;
    private final Duration idle;
    private final Consumer<String> progress;

    /**
     * Prepares.
     *
     * @param plan what callers ask for; its warm-ups and repeats are those of each side
     * @param idle how long nothing runs, over 0
     * @param progress told one line for each run
     */
    public AccountingMeasurement(LoadPlan plan, Duration idle, Consumer<String> progress) {
        this.plan = plan;
        this.idle = idle;
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @param model loads with the options of the measurement
     * @return what it costs
     */
    public AccountingCost run(Loader model) {
        try (FootprintAccounting footprints = FootprintAccounting.start(MeterOptions.DEFAULT, CarbonAccounting.NONE);
                Olmo with = model.builder().footprints(footprints).load();
                Olmo without = model.builder().load()) {
            ReaderThread reader = ReaderThread.find();
            List<Double> accounted = new ArrayList<>();
            List<Double> bare = new ArrayList<>();
            List<Double> shares = new ArrayList<>();
            for (int run = -plan.warmUps(); run < plan.repeats(); run++) {
                // Which one comes first changes from pair to pair, since the machine may be getting warmer.
                boolean bareFirst = Math.floorMod(run, 2) == 1;
                double before = bareFirst ? tokensPerSecond(without) : 0;
                long nanos = System.nanoTime();
                long busy = reader.processorNanos();
                double speed = tokensPerSecond(with);
                double share = (double) (reader.processorNanos() - busy) / (System.nanoTime() - nanos);
                double other = bareFirst ? before : tokensPerSecond(without);
                if (run >= 0) {
                    accounted.add(speed);
                    bare.add(other);
                    shares.add(share);
                }
            }
            return new AccountingCost(
                    Spread.of(accounted),
                    Spread.of(bare),
                    Spread.ofRatio(accounted, bare),
                    Spread.of(shares),
                    idleShare(reader),
                    footprints.report().meters().stream()
                            .map(meter -> meter.description().name())
                            .toList());
        }
    }

    /** Loads a model, the same each time. */
    @FunctionalInterface
    public interface Loader {

        /**
         * A fresh builder.
         *
         * @return with the options of the measurement
         */
        Olmo.Builder builder();
    }

    private double tokensPerSecond(Olmo olmo) {
        LoadPlan once = new LoadPlan(
                plan.promptTokens(),
                plan.generatedTokens(),
                plan.sharedTokens(),
                plan.requests(),
                plan.callers(),
                0,
                1,
                plan.seed());
        return new LoadTest(olmo.engine(), once, progress)
                .run()
                .getFirst()
                .generatedTokensPerSecond()
                .median();
    }

    private double idleShare(ReaderThread reader) {
        progress.accept("idle for " + idle.toSeconds() + " s");
        long nanos = System.nanoTime();
        long busy = reader.processorNanos();
        try {
            Thread.sleep(idle);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("The measurement was interrupted", "Run it again", e);
        }
        return (double) (reader.processorNanos() - busy) / (System.nanoTime() - nanos);
    }
}
