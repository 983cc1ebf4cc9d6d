package org.olmo4j.energy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the meters, shares out what they counted, and tells generations that have ended. One thread settles; the report is for all.
 *
 * <p>Plain loops, since a thread that runs once a second is interpreted for long, and streams and hashed records cost it ten times as much.
 */
final class EnergyBooks implements MeterSampler.Books {

    /** Steps are kept for a meter without readings this long; what it counted before is unattributed when it is back. */
    private static final long RETENTION_NANOS = 10_000_000_000L;

    private final EnergyLedger ledger;
    private final List<MeterBook> meters;
    private final List<String> notes;
    private final int capacity;
    private final Deque<StepInterval> retained = new ArrayDeque<>();
    private final Map<String, RequestAccount> accounts = new LinkedHashMap<>();
    private List<EnergyLedger.Ending> endings = new ArrayList<>();
    private @Nullable StepInterval forgotten;
    private int retainedShares;
    private long forgottenSteps;
    private long abandonedGenerations;
    private volatile EnergyReport report;

    /**
     * Opens the books.
     *
     * @param ledger where steps and ends come from
     * @param found the meters
     * @param capacity most shares of generations in steps that are retained, and most accounts
     */
    EnergyBooks(EnergyLedger ledger, FoundMeters found, int capacity) {
        this.ledger = ledger;
        this.meters = found.meters().stream().map(MeterBook::new).toList();
        this.notes = found.notes();
        this.capacity = capacity;
        this.report = newReport();
    }

    EnergyReport report() {
        return report;
    }

    /**
     * Reads all meters and settles what can be settled.
     *
     * @param nowNanos the time of the readings
     * @return whether generations wait for a meter
     */
    @Override
    public boolean settle(long nowNanos) {
        EnergyLedger.Drained drained = ledger.drain(nowNanos);
        forgottenSteps += drained.forgottenSteps();
        drained.intervals().forEach(this::retain);
        endings.addAll(drained.endings());
        List<Counted> counted = new ArrayList<>(meters.size());
        for (MeterBook meter : meters) {
            switch (meter.read(nowNanos)) {
                case CounterTrack.Outcome.Counted window -> {
                    Weights weights = weights(meter, window, counted);
                    counted.add(new Counted(meter, window, weights));
                    meter.book(window, weights, accounts);
                }
                case CounterTrack.Outcome.Lost window -> {
                    for (RequestAccount account : accounts.values()) {
                        account.lost(window, meter.description());
                    }
                }
                case CounterTrack.Outcome.Waiting() -> {}
            }
        }
        release(nowNanos);
        List<EnergyLedger.Ending> complete = takeComplete();
        abandon();
        report = newReport();
        complete.forEach(this::complete);
        return !endings.isEmpty();
    }

    /** Settles a last time and closes the meters; whoever still waits gets what is known. */
    @Override
    public void close(long nowNanos) {
        settle(nowNanos);
        endings.forEach(this::complete);
        endings.clear();
        meters.forEach(MeterBook::close);
    }

    /** A window of this reading with the weights of the steps in it. */
    private record Counted(MeterBook meter, CounterTrack.Outcome.Counted window, Weights weights) {}

    private Weights weights(MeterBook meter, CounterTrack.Outcome.Counted window, List<Counted> before) {
        for (Counted other : before) {
            // Most meters of a machine count the same steps in the same window.
            if (other.window().startNanos() == window.startNanos()
                    && other.meter()
                            .description()
                            .backend()
                            .equals(meter.description().backend())) {
                return other.weights();
            }
        }
        List<StepInterval> used = new ArrayList<>();
        if (forgotten != null) {
            used.add(forgotten);
        }
        for (StepInterval interval : retained) {
            if (interval.uses(meter.description())) {
                used.add(interval);
            }
        }
        return Weights.between(window.startNanos(), window.endNanos(), used);
    }

    private void retain(StepInterval interval) {
        retained.add(interval);
        retainedShares += 1 + interval.shares().size();
        long cost = interval.cost();
        for (StepInterval.Share share : interval.shares()) {
            RequestAccount account = accounts.get(share.generationId());
            if (account == null) {
                account = new RequestAccount(share.generationId(), interval);
                accounts.put(share.generationId(), account);
            }
            account.worked(interval, share, cost);
        }
    }

    /** Lets go of the steps that every meter has counted, and of those that a silent one makes too many or too old. */
    private void release(long nowNanos) {
        for (Iterator<StepInterval> oldest = retained.iterator(); oldest.hasNext(); ) {
            StepInterval interval = oldest.next();
            boolean done = counted(interval);
            boolean full = retainedShares > capacity;
            if (!done && !full && nowNanos - interval.endNanos() <= RETENTION_NANOS) {
                break;
            }
            oldest.remove();
            retainedShares -= 1 + interval.shares().size();
            if (!done) {
                forgotten = interval.forgottenWith(forgotten);
                forgottenSteps += full ? 1 : 0;
            }
        }
        if (forgotten != null && counted(forgotten)) {
            forgotten = null;
        }
    }

    /** Whether no meter will need it any more: one without a first reading never will. */
    private boolean counted(StepInterval interval) {
        for (MeterBook meter : meters) {
            if (interval.uses(meter.description())
                    && meter.track().begun()
                    && !meter.track().countedUpTo(interval.endNanos())) {
                return false;
            }
        }
        return true;
    }

    private List<EnergyLedger.Ending> takeComplete() {
        List<EnergyLedger.Ending> complete = new ArrayList<>();
        List<EnergyLedger.Ending> waiting = new ArrayList<>();
        for (EnergyLedger.Ending ending : endings) {
            RequestAccount account = accounts.get(ending.generationId());
            (account != null && waits(account) ? waiting : complete).add(ending);
        }
        endings = waiting;
        return complete;
    }

    private boolean waits(RequestAccount account) {
        for (MeterBook meter : meters) {
            if (account.waitsFor(meter.track(), meter.description())) {
                return true;
            }
        }
        return false;
    }

    private void complete(EnergyLedger.Ending ending) {
        RequestAccount account = accounts.remove(ending.generationId());
        if (account == null) {
            ending.energy().complete(new RequestEnergy(ending.generationId(), Optional.empty(), Set.of()));
        } else {
            meters.forEach(meter -> account.checkCovered(meter.track(), meter.description()));
            ending.energy().complete(account.close());
        }
    }

    /** Generations of which nobody asks must not fill the memory. */
    private void abandon() {
        Iterator<RequestAccount> oldest = accounts.values().iterator();
        while (accounts.size() > capacity) {
            oldest.next();
            oldest.remove();
            abandonedGenerations++;
        }
    }

    private EnergyReport newReport() {
        List<EnergyReport.MeterReport> reports = new ArrayList<>(meters.size());
        for (MeterBook meter : meters) {
            reports.add(meter.report());
        }
        return new EnergyReport(reports, forgottenSteps, abandonedGenerations, notes);
    }
}
