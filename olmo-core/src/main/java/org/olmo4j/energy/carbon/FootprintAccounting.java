package org.olmo4j.energy.carbon;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.olmo4j.energy.EnergyAccounting;
import org.olmo4j.energy.EnergyReport;
import org.olmo4j.energy.FoundMeters;
import org.olmo4j.energy.MeterOptions;
import org.olmo4j.energy.RequestEnergy;
import org.olmo4j.energy.StepObserver;
import org.olmo4j.energy.WorkCost;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says of every generation what it cost in joules and grams. One for all models of a JVM, since they share the machine: give the same one to
 * each. Thread-safe.
 */
public final class FootprintAccounting implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FootprintAccounting.class);

    private final EnergyAccounting energy;
    private final CarbonAccounting carbon;
    private final CarbonAccounting withoutIntensities;
    private final AtomicBoolean failed = new AtomicBoolean();

    /**
     * Puts both parts together.
     *
     * @param energy reads the meters; closed with this object
     * @param carbon turns joules into grams
     */
    public FootprintAccounting(EnergyAccounting energy, CarbonAccounting carbon) {
        this.energy = energy;
        this.carbon = carbon;
        withoutIntensities =
                new CarbonAccounting(carbon.facility(), Optional.empty(), Optional.empty(), carbon.embodied());
    }

    /**
     * Begins to read the meters that the backends on the class path find.
     *
     * @param options what an operator said of the machine
     * @param carbon turns joules into grams; {@link CarbonAccounting#NONE} for energy only
     * @return running; close it after the models that use it
     */
    public static FootprintAccounting start(MeterOptions options, CarbonAccounting carbon) {
        return new FootprintAccounting(EnergyAccounting.start(FoundMeters.discover(options)), carbon);
    }

    /**
     * Who is to hear of the steps of an engine.
     *
     * @param backend the name of the engine's backend, by which meters are chosen
     * @param cost how its steps are divided between generations
     * @return for one engine
     */
    public StepObserver observer(String backend, WorkCost cost) {
        return energy.observer(backend, cost);
    }

    /**
     * The footprint of a generation that has run its last step; to be asked for once, which the engine does: everybody else finds it in the
     * generation's result.
     *
     * @param generationId which
     * @param generatedTokens 0 or more
     * @return completes never exceptionally, and when {@link EnergyAccounting#ended} does
     */
    public CompletionStage<Footprint> ended(String generationId, long generatedTokens) {
        return energy.ended(generationId).thenApply(known -> footprint(known, generatedTokens));
    }

    private Footprint footprint(RequestEnergy known, long generatedTokens) {
        try {
            Footprint footprint = carbon.footprint(known, generatedTokens);
            failed.set(false);
            return footprint;
        } catch (RuntimeException fault) {
            // A source of carbon intensity is somebody else's: its fault must not cost the joules, too.
            if (!failed.getAndSet(true)) {
                LOG.warn("The carbon intensity is unknown; until it is known again, footprints have no grams", fault);
            }
            return withoutIntensities.footprint(known, generatedTokens);
        }
    }

    /**
     * Where all energy went so far.
     *
     * @return as of the last reading
     */
    public EnergyReport report() {
        return energy.report();
    }

    /**
     * What grams are made of.
     *
     * @return as given
     */
    public CarbonAccounting carbon() {
        return carbon;
    }

    /** Reads the meters a last time; whoever still waits for a footprint gets what is known. */
    @Override
    public void close() {
        energy.close();
    }
}
