package org.olmo4j.energy;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares the energy that meters count out to the generations that caused it. One for all engines of a JVM, since they share the machine.
 *
 * <p>One daemon thread reads the meters ten times a second while steps run, and once a second while none does. Counters renew their
 * values every 1 ms (RAPL) to 100 ms (NVML), so that reading more often would tell nothing; a processor's counter that wraps after 65 kJ
 * would need 65 kW to wrap twice between two readings. Thread-safe.
 */
public final class EnergyAccounting implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EnergyAccounting.class);
    private static final long BUSY_PERIOD_NANOS = 100_000_000;
    private static final long RESTING_PERIOD_NANOS = 1_000_000_000;
    private static final int CAPACITY = 65_536;
    /** A meter can hang in a driver; whoever waits for a figure must not. */
    private static final long LONGEST_WAIT_SECONDS = 2;

    private final EnergyLedger ledger;
    private final EnergyBooks books;
    private final LongSupplier nanoTime;
    private final Thread thread;
    private volatile boolean closed;

    /** For tests, which move the clock by hand; nothing is read before {@link #begin} or {@link #sample}. */
    EnergyAccounting(FoundMeters found, LongSupplier nanoTime) {
        this.thread = Thread.ofPlatform().name("olmo-energy").daemon().unstarted(this::run);
        this.ledger = new EnergyLedger(CAPACITY, () -> LockSupport.unpark(thread));
        this.books = new EnergyBooks(ledger, found, CAPACITY);
        this.nanoTime = nanoTime;
    }

    /**
     * Begins to read meters.
     *
     * @param found the meters, closed with this object; without any, every figure is unavailable
     * @return running
     */
    public static EnergyAccounting start(FoundMeters found) {
        EnergyAccounting accounting = new EnergyAccounting(found, System::nanoTime);
        accounting.begin();
        for (EnergyMeter meter : found.meters()) {
            MeterDescription description = meter.description();
            LOG.info("Energy meter {}: {}, {}", description.name(), description.provenance(), description.method());
        }
        found.notes().forEach(note -> LOG.info("Energy: {}", note));
        return accounting;
    }

    /** Reads the meters a first time and starts the thread. */
    private void begin() {
        sample();
        thread.start();
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
     * known when the meters have been read again, after up to a tenth of a second; a meter that fails is waited for two tenths longer.
     *
     * @param generationId which
     * @return completes never exceptionally, and after two seconds at the latest, without figures then; its dependents run on the
     *     sampling thread and must return at once, or be asynchronous
     */
    public CompletionStage<RequestEnergy> ended(String generationId) {
        RequestEnergy unknown = new RequestEnergy(generationId, Optional.empty(), Set.of());
        if (closed) {
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
        closed = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException interruption) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads the meters now. */
    boolean sample() {
        return books.settle(nanoTime.getAsLong());
    }

    private void run() {
        try {
            while (!closed) {
                boolean resting = !sample() && ledger.rest();
                LockSupport.parkNanos(this, resting ? RESTING_PERIOD_NANOS : BUSY_PERIOD_NANOS);
            }
            books.close(nanoTime.getAsLong());
        } catch (RuntimeException | Error fault) {
            closed = true;
            LOG.error("Energy accounting ended; from now on no generation has figures", fault);
        }
    }
}
