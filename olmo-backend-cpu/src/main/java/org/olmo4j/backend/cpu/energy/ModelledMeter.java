package org.olmo4j.backend.cpu.energy;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.olmo4j.energy.Component;
import org.olmo4j.energy.EnergyMeter;
import org.olmo4j.energy.MeterDescription;
import org.olmo4j.energy.MeterReading;
import org.olmo4j.energy.Provenance;

/**
 * Where no counter can be read: a tenth of the power at full load always, and nine tenths of it times the load. So the energy of two windows
 * is that of both together, however short they are, and idle power is what it is when nothing runs. The load is the processor time of this
 * process on the processors that it may use. Not thread-safe.
 */
final class ModelledMeter implements EnergyMeter {

    /** CodeCarbon's assumption for processors that it does not know. */
    static final double WATTS_PER_PROCESSOR = 4;

    /** Of the power at full load; CodeCarbon's assumption, too. */
    private static final double IDLE_SHARE = 0.1;

    /** The kernel tells a process its processor time in ticks. */
    private static final Duration TICK = Duration.ofMillis(10);

    private final MeterDescription description;
    private final double watts;
    private final int processors;
    private final LongSupplier ownNanos;
    private final LongSupplier nanoTime;
    private final long firstTime;
    private final long firstOwn;
    private long lastTime;
    private double microjoules;

    /**
     * Begins to count.
     *
     * @param watts of all processors at full load
     * @param configured whether an operator said so
     * @param processors that this process may use
     * @param ownNanos processor time of this process
     * @param nanoTime monotonic clock
     */
    ModelledMeter(double watts, boolean configured, int processors, LongSupplier ownNanos, LongSupplier nanoTime) {
        this.watts = watts;
        this.processors = processors;
        this.ownNanos = ownNanos;
        this.nanoTime = nanoTime;
        this.firstTime = nanoTime.getAsLong();
        this.firstOwn = ownNanos.getAsLong();
        this.lastTime = firstTime;
        String source = configured ? "as configured" : WATTS_PER_PROCESSOR + " W for each of " + processors;
        this.description = new MeterDescription(
                "model:cpu",
                Component.CPU,
                Provenance.MODELLED,
                Optional.empty(),
                OptionalLong.empty(),
                2 * watts,
                TICK,
                "modelled: " + watts + " W at full load (" + source
                        + "), 10 % of it always and 90 % times this process's load; memory is not in it");
    }

    @Override
    public MeterDescription description() {
        return description;
    }

    @Override
    public MeterReading read() {
        long time = nanoTime.getAsLong();
        double load = (double) (ownNanos.getAsLong() - firstOwn) / processors;
        double counted = watts * (IDLE_SHARE * (time - firstTime) + (1 - IDLE_SHARE) * load) / 1e3;
        // A tick may fall into a window that is shorter than it: what exceeds full load follows in the next one.
        double possible = microjoules + watts * (time - lastTime) / 1e3;
        microjoules = Math.max(microjoules, Math.min(counted, possible));
        lastTime = time;
        return new MeterReading.Energy((long) microjoules, 1);
    }
}
