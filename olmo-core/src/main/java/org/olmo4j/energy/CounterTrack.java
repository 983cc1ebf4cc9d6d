package org.olmo4j.energy;

import org.jspecify.annotations.Nullable;

/**
 * Makes windows of a counter's readings, and believes none that cannot be: a reading that fails leaves the last good one in place, so that
 * the next good one makes up for it. Not thread-safe.
 */
final class CounterTrack {

    /** Readings in a row that bring nothing, after which a request does not wait for this meter and operators are told. */
    static final int SILENT = 3;

    private final MeterDescription description;
    private boolean begun;
    private long firstNanos;
    private long lastMicrojoules;
    private long lastNanos;
    private int doubtful;
    private int silent;
    private long missing;
    private long rejected;
    private @Nullable String problem;

    CounterTrack(MeterDescription description) {
        this.description = description;
    }

    /** What a reading means. */
    sealed interface Outcome {

        /** The window up to now is complete. */
        record Counted(long startNanos, long endNanos, long microjoules, double ownShare) implements Outcome {}

        /** It is not; it goes on. */
        record Waiting() implements Outcome {}

        /** It never will be: the next one begins now. */
        record Lost(long startNanos, long endNanos) implements Outcome {}
    }

    Outcome take(MeterReading reading, long nanos) {
        return switch (reading) {
            case MeterReading.Missing(String reason) -> {
                missing++;
                yield waiting(reason);
            }
            case MeterReading.Energy energy
            when !begun -> {
                begin(energy.microjoules(), nanos);
                yield new Outcome.Waiting();
            }
            case MeterReading.Energy energy when nanos <= lastNanos -> new Outcome.Waiting();
            case MeterReading.Energy energy -> follow(energy, nanos);
        };
    }

    private Outcome follow(MeterReading.Energy energy, long nanos) {
        double possible = description.maxWatts() * (nanos - lastNanos) / 1e3;
        long rise = energy.microjoules() - lastMicrojoules;
        if (description.wrapMicrojoules().isPresent()) {
            long wrap = description.wrapMicrojoules().getAsLong();
            if (possible >= wrap) {
                return lost(energy, nanos, "There was no reading for so long that the counter may have wrapped twice");
            }
            rise += rise < 0 ? wrap : 0;
        } else if (rise < 0) {
            return lost(energy, nanos, "The counter was reset");
        }
        if (rise < 0 || rise > possible) {
            // One odd value must not become the base of the next window. Three say that the counter was set anew.
            doubtful++;
            return doubtful < SILENT ? doubt(rise, possible) : lost(energy, nanos, doubtText(rise, possible));
        }
        doubtful = 0;
        if (rise == 0) {
            return waiting("The counter does not move");
        }
        Outcome counted = new Outcome.Counted(lastNanos, nanos, rise, energy.ownShare());
        begin(energy.microjoules(), nanos);
        return counted;
    }

    private Outcome doubt(long rise, double possible) {
        rejected++;
        return waiting(doubtText(rise, possible));
    }

    private String doubtText(long rise, double possible) {
        return String.format(
                "The counter rose by %,d microjoules where %,.0f are possible (%.0f W)",
                rise, possible, description.maxWatts());
    }

    private Outcome lost(MeterReading.Energy energy, long nanos, String reason) {
        rejected++;
        Outcome lost = new Outcome.Lost(lastNanos, nanos);
        begin(energy.microjoules(), nanos);
        problem = reason;
        return lost;
    }

    private Outcome waiting(String reason) {
        silent++;
        problem = reason;
        return new Outcome.Waiting();
    }

    private void begin(long microjoules, long nanos) {
        if (!begun) {
            begun = true;
            firstNanos = nanos;
        }
        lastMicrojoules = microjoules;
        lastNanos = nanos;
        doubtful = 0;
        silent = 0;
        problem = null;
    }

    /** Whether the window of a time is complete. */
    boolean countedUpTo(long nanos) {
        return begun && lastNanos >= nanos;
    }

    /** Whether the first reading was not after a time. */
    boolean begunBy(long nanos) {
        return begun && firstNanos <= nanos;
    }

    /** Whether there was a reading at all, so that there is a window. */
    boolean begun() {
        return begun;
    }

    /** Whether a reading can be expected soon. */
    boolean answers() {
        return silent < SILENT;
    }

    long missing() {
        return missing;
    }

    long rejected() {
        return rejected;
    }

    /** What was wrong with the last reading; null if nothing was. */
    @Nullable
    String problem() {
        return problem;
    }
}
