package org.olmo4j.energy;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What is attributed to a generation while it runs. Not thread-safe. */
final class RequestAccount {

    private final String generationId;
    private final String backend;
    private final long firstNanos;
    private long lastNanos;
    private double deviceNanos;
    private long prefill;
    private long decode;
    private long idle;
    private Provenance provenance = Provenance.MEASURED;
    private final Set<Component> covers = EnumSet.noneOf(Component.class);
    private final Set<Component> missing = EnumSet.noneOf(Component.class);

    RequestAccount(String generationId, StepInterval first) {
        this.generationId = generationId;
        this.backend = first.backend();
        this.firstNanos = first.startNanos();
        this.lastNanos = first.endNanos();
    }

    /** It had a share of a step. */
    void worked(StepInterval interval, StepInterval.Share share, long cost) {
        lastNanos = Math.max(lastNanos, interval.endNanos());
        long nanos = interval.endNanos() - interval.startNanos();
        deviceNanos += cost == 0 ? 0 : (double) nanos * (share.prefill() + share.decode()) / cost;
    }

    /** A meter's window was shared out. */
    void add(Attribution.Share share, MeterDescription meter) {
        prefill += share.prefill();
        decode += share.decode();
        idle += share.idle();
        provenance = provenance.worse(meter.provenance());
        covers.add(meter.covers());
    }

    /** A meter's window is lost. */
    void lost(CounterTrack.Outcome.Lost window, MeterDescription meter) {
        if (uses(meter) && firstNanos < window.endNanos() && lastNanos > window.startNanos()) {
            missing.add(meter.covers());
        }
    }

    private boolean uses(MeterDescription meter) {
        return meter.serves(backend);
    }

    /** Whether a meter has yet to count its last step, and is likely to soon. */
    boolean waitsFor(CounterTrack track, MeterDescription meter) {
        return uses(meter) && track.answers() && !track.countedUpTo(lastNanos);
    }

    /** What a meter has not counted by now is missing. */
    void checkCovered(CounterTrack track, MeterDescription meter) {
        if (uses(meter) && !(track.begunBy(firstNanos) && track.countedUpTo(lastNanos))) {
            missing.add(meter.covers());
        }
    }

    RequestEnergy close() {
        Optional<RequestEnergy.Parts> parts = covers.isEmpty()
                ? Optional.empty()
                : Optional.of(new RequestEnergy.Parts(
                        prefill, decode, idle, provenance, covers, Duration.ofNanos(Math.round(deviceNanos))));
        return new RequestEnergy(generationId, parts, missing);
    }
}
