package org.olmo4j.energy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Steps and ends of generations since the meters were last read. Engine threads write, the sampler takes everything at each reading. Bounded:
 * what does not fit is kept as time for nobody known, and counted. Thread-safe; held locks are short.
 */
final class EnergyLedger {

    private final int capacity;
    private final Events events;
    private final Set<Lane> open = new HashSet<>();
    private List<StepInterval> intervals = new ArrayList<>();
    private List<Ending> endings = new ArrayList<>();
    private @Nullable StepInterval forgotten;
    private int entries;
    private long forgottenSteps;
    private boolean quiet = true;

    /**
     * Makes an empty ledger.
     *
     * @param capacity most shares of generations in steps, and most ends, that are held
     * @param events told about what the meters should be read for
     */
    EnergyLedger(int capacity, Events events) {
        this.capacity = capacity;
        this.events = events;
    }

    /** Reasons to read the meters. Called on the threads of engines and callers: quick and harmless. */
    interface Events {

        /** A step begins, and none ran since the last drain, or many did. */
        void stepsToSeparate();

        /** A generation's energy is asked for. */
        void generationEnded();
    }

    /** A generation whose energy is asked for. */
    record Ending(String generationId, CompletableFuture<RequestEnergy> energy) {}

    /**
     * What happened up to a time.
     *
     * @param intervals steps, or the parts of them that ran since the last drain
     * @param endings generations that run no further step
     * @param forgottenSteps of these, how many did not fit
     */
    record Drained(List<StepInterval> intervals, List<Ending> endings, long forgottenSteps) {}

    /** For an engine, which tells of one step at a time. */
    StepObserver observer(String backend, WorkCost cost) {
        return new Lane(backend, cost);
    }

    /** No further step of a generation will come. */
    CompletableFuture<RequestEnergy> ended(String generationId) {
        Ending ending = new Ending(generationId, new CompletableFuture<>());
        synchronized (this) {
            if (endings.size() >= capacity) {
                ending.energy().complete(new RequestEnergy(generationId, Optional.empty(), Set.of()));
                return ending.energy();
            }
            endings.add(ending);
        }
        events.generationEnded();
        return ending.energy();
    }

    /** Takes everything up to now. A step that is running is taken up to now, and goes on. */
    synchronized Drained drain(long nowNanos) {
        for (Lane lane : open) {
            lane.cut(nowNanos);
        }
        if (forgotten != null) {
            intervals.add(forgotten);
        }
        quiet = open.isEmpty() && intervals.isEmpty();
        Drained drained = new Drained(intervals, endings, forgottenSteps);
        intervals = new ArrayList<>();
        endings = new ArrayList<>();
        forgotten = null;
        entries = 0;
        forgottenSteps = 0;
        return drained;
    }

    private void add(StepInterval interval) {
        if (interval.endNanos() <= interval.startNanos()) {
            return;
        }
        int size = 1 + interval.shares().size();
        if (entries + size > capacity) {
            forgotten = interval.forgottenWith(forgotten);
            forgottenSteps++;
        } else {
            intervals.add(interval);
            entries += size;
        }
    }

    /** The steps of one engine. */
    private final class Lane implements StepObserver {

        private final String backend;
        private final WorkCost cost;
        private List<StepRecord.Work> plannedWork = List.of();
        private List<StepInterval.Share> plan = List.of();
        private long startNanos;

        Lane(String backend, WorkCost cost) {
            this.backend = backend;
            this.cost = cost;
        }

        @Override
        public void begins(long nanos, List<StepRecord.Work> work) {
            List<StepInterval.Share> shares = shares(work);
            boolean separate;
            synchronized (EnergyLedger.this) {
                if (open.contains(this)) {
                    // Nobody told how the step before ended: it cannot have run longer.
                    cut(nanos);
                }
                plannedWork = work;
                plan = shares;
                startNanos = nanos;
                open.add(this);
                separate = quiet || entries > capacity / 2;
                quiet = false;
            }
            if (separate) {
                events.stepsToSeparate();
            }
        }

        @Override
        public void ran(StepRecord step) {
            // Most steps do what was planned; for the same list this costs nothing.
            List<StepInterval.Share> shares = step.work().equals(plannedWork) ? plan : shares(step.work());
            synchronized (EnergyLedger.this) {
                long start = open.remove(this) ? startNanos : step.startNanos();
                add(new StepInterval(backend, start, step.endNanos(), shares));
                quiet = false;
            }
        }

        private void cut(long nanos) {
            add(new StepInterval(backend, startNanos, nanos, plan));
            startNanos = Math.max(startNanos, nanos);
        }

        private List<StepInterval.Share> shares(List<StepRecord.Work> work) {
            List<StepInterval.Share> shares = new ArrayList<>(work.size());
            for (StepRecord.Work part : work) {
                shares.add(new StepInterval.Share(part.generationId(), cost.prefill(part), cost.decode(part)));
            }
            return shares;
        }
    }
}
