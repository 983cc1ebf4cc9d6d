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
 * Where no counter can be read: power at full load times load, at least a tenth of it, as CodeCarbon does it. The load is the processor time
 * of this process on the processors that it may use. Not thread-safe.
 */
final class ModelledMeter implements EnergyMeter {

    /** CodeCarbon's assumption for processors that it does not know. */
    static final double WATTS_PER_PROCESSOR = 4;

    private static final double IDLE_LOAD = 0.1;

    private final MeterDescription description;
    private final double watts;
    private final int processors;
    private final LongSupplier ownNanos;
    private final LongSupplier nanoTime;
    private long lastTime;
    private long lastOwn;
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
        this.lastTime = nanoTime.getAsLong();
        this.lastOwn = ownNanos.getAsLong();
        String source = configured ? "as configured" : WATTS_PER_PROCESSOR + " W for each of " + processors;
        this.description = new MeterDescription(
                "model:cpu",
                Component.CPU,
                Provenance.MODELLED,
                Optional.empty(),
                OptionalLong.empty(),
                2 * watts,
                Duration.ZERO,
                "modelled: " + watts + " W at full load (" + source
                        + "), times this process's load, at least 10 %; memory is not in it");
    }

    @Override
    public MeterDescription description() {
        return description;
    }

    @Override
    public MeterReading read() {
        long time = nanoTime.getAsLong();
        long own = ownNanos.getAsLong();
        double elapsed = time - lastTime;
        if (elapsed > 0) {
            double load = Math.clamp((own - lastOwn) / (elapsed * processors), IDLE_LOAD, 1);
            microjoules += watts * load * elapsed / 1e3;
            lastTime = time;
            lastOwn = own;
        }
        return new MeterReading.Energy((long) microjoules, 1);
    }
}
