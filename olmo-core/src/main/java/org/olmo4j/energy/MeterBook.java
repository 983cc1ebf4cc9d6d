package org.olmo4j.energy;

import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** One meter and where its count went. Not thread-safe. */
final class MeterBook {

    private static final Logger LOG = LoggerFactory.getLogger(MeterBook.class);

    private final EnergyMeter meter;
    private final MeterDescription description;
    private final CounterTrack track;
    private final IdlePower idlePower = new IdlePower();
    private boolean answered = true;
    private long silences;
    private long counted;
    private long active;
    private long idleShared;
    private long idle;
    private long unattributed;

    MeterBook(EnergyMeter meter) {
        this.meter = meter;
        this.description = meter.description();
        this.track = new CounterTrack(description);
    }

    MeterDescription description() {
        return description;
    }

    CounterTrack track() {
        return track;
    }

    CounterTrack.Outcome read(long nowNanos) {
        CounterTrack.Outcome outcome = track.take(reading(), nowNanos);
        if (answered && !track.answers()) {
            // A meter that comes and goes would fill the log; the report has the counts.
            LOG.atLevel(silences++ == 0 ? Level.WARN : Level.DEBUG)
                    .log("Energy meter {} is silent: {}", description.name(), track.problem());
        } else if (!answered && track.answers()) {
            LOG.atLevel(silences == 1 ? Level.INFO : Level.DEBUG).log("Energy meter {} is back", description.name());
        }
        answered = track.answers();
        return outcome;
    }

    private MeterReading reading() {
        try {
            return meter.read();
        } catch (RuntimeException fault) {
            // A meter is somebody else's: whatever it throws must not end the accounting.
            return new MeterReading.Missing("Reading failed: " + fault);
        }
    }

    /** Shares a window out. What belongs to a generation whose account is closed is unattributed, since nobody would find it. */
    void book(CounterTrack.Outcome.Counted window, Weights weights, Map<String, RequestAccount> accounts) {
        if (weights.busy() == 0) {
            idlePower.add(window.microjoules(), weights.spanNanos());
        }
        long idleMicrojoules = Math.min(window.microjoules(), idlePower.microjoules(weights.spanNanos()));
        Attribution attribution = Attribution.of(
                new Attribution.Counted(window.microjoules(), idleMicrojoules, window.ownShare()), weights);
        counted += window.microjoules();
        idle += attribution.idle();
        unattributed += attribution.unattributed();
        for (Attribution.Share share : attribution.shares()) {
            RequestAccount account = accounts.get(share.generationId());
            if (account == null) {
                idle += share.idle();
                unattributed += share.prefill() + share.decode();
            } else {
                account.add(share, description);
                idleShared += share.idle();
                active += share.prefill() + share.decode();
            }
        }
    }

    EnergyReport.MeterReport report() {
        return new EnergyReport.MeterReport(
                description,
                counted,
                active,
                idleShared,
                idle,
                unattributed,
                idlePower.watts(),
                track.missing(),
                track.rejected(),
                Optional.ofNullable(track.problem()));
    }

    void close() {
        meter.close();
    }
}
