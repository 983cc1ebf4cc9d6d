package org.olmo4j.energy;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares the energy that meters count out to the generations that caused it. One for all engines of a JVM, since they share the machine.
 *
 * <p>One daemon thread reads the meters once a second, so that no counter can wrap twice unseen, and when generations end, at a cost of a
 * hundredth of a processor at most. Thread-safe.
 */
public final class EnergyAccounting implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EnergyAccounting.class);
    private static final int CAPACITY = 262_144;
    /** A meter can hang in a driver; whoever waits for a figure must not. */
    private static final long LONGEST_WAIT_SECONDS = 2;

    private final FoundMeters found;
    private final LongSupplier nanoTime;
    private final MeterSampler sampler;
    private final EnergyLedger ledger;
    private final EnergyBooks books;

    /** For tests, which move the clock by hand and say when meters are read. */
    EnergyAccounting(FoundMeters found, LongSupplier nanoTime, int capacity) {
        this.found = found;
        this.nanoTime = nanoTime;
        this.sampler = new MeterSampler(nanoTime);
        this.ledger = new EnergyLedger(capacity, sampler);
        this.books = new EnergyBooks(ledger, found, capacity);
    }

    /**
     * Begins to read meters.
     *
     * @param found the meters, closed with this object; without any, every figure is unavailable
     * @return running
     */
    public static EnergyAccounting start(FoundMeters found) {
        EnergyAccounting accounting = new EnergyAccounting(found, System::nanoTime, CAPACITY);
        accounting.start();
        return accounting;
    }

    private void start() {
        for (EnergyMeter meter : found.meters()) {
            MeterDescription description = meter.description();
            LOG.info("Energy meter {}: {}, {}", description.name(), description.provenance(), description.method());
        }
        found.notes().forEach(note -> LOG.info("Energy: {}", note));
        Duration renewal = found.meters().stream()
                .map(meter -> meter.description().renewal())
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        // So that the counters' base is there before the first step.
        sample();
        sampler.start(books, renewal);
    }

    /**
     * Who is to hear of the steps of an engine. What the observer does takes some microseconds.
     *
     * @param backend the name of the engine's backend, by which meters are chosen
     * @param cost how its steps are divided between generations
     * @return for one engine, whose clock is {@link System#nanoTime}
     */
    public StepObserver observer(String backend, WorkCost cost) {
        return ledger.observer(backend, cost);
    }

    /**
     * The energy of a generation that has run its last step; to be asked for once, of every generation, or its account stays open. It is
     * known as soon as the counters show its last step, or 10 ms to a tenth of a second after the last reading if that is later. A meter
     * whose reading fails is waited for two tenths longer.
     *
     * @param generationId which
     * @return completes never exceptionally, and after two seconds at the latest, without figures then; its dependents run on the
     *     sampling thread and must return at once, or be asynchronous
     */
    public CompletionStage<RequestEnergy> ended(String generationId) {
        RequestEnergy unknown = new RequestEnergy(generationId, Optional.empty(), Set.of());
        if (sampler.closed() || found.meters().isEmpty()) {
            return CompletableFuture.completedStage(unknown);
        }
        return ledger.ended(generationId)
                .completeOnTimeout(unknown, LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)
                .minimalCompletionStage();
    }

    /**
     * Where the energy went so far.
     *
     * @return as of the last reading
     */
    public EnergyReport report() {
        return books.report();
    }

    /** Reads the meters a last time; whoever still waits for a figure gets what is known. */
    @Override
    public void close() {
        sampler.close();
    }

    /** Reads the meters now. */
    boolean sample() {
        return books.settle(nanoTime.getAsLong());
    }
}
