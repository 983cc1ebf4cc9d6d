package org.olmo4j.backend.cpu.energy;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.olmo4j.energy.Component;
import org.olmo4j.energy.EnergyMeter;
import org.olmo4j.energy.MeterDescription;
import org.olmo4j.energy.MeterReading;
import org.olmo4j.energy.Provenance;

/** A counter of Intel's and AMD's processors (Running Average Power Limit), as the kernel shows it. */
final class RaplMeter implements EnergyMeter {

    /** The kernel reads a counter that the processor renews about every millisecond. */
    private static final Duration RENEWAL = Duration.ofMillis(1);

    private final MeterDescription description;
    private final CounterFile counter;
    private final ProcessShare share;

    RaplMeter(PowercapDomain domain, Component covers, String name, ProcessShare share) {
        this.description = new MeterDescription(
                "rapl:" + name,
                covers,
                Provenance.MEASURED_SHARED,
                Optional.empty(),
                domain.wrapMicrojoules(),
                domain.maxWatts(),
                RENEWAL,
                "counted by the processor (" + domain.counter()
                        + "), times this process's part of the machine's processor time");
        this.counter = domain.open().apply(domain.counter());
        this.share = share;
    }

    @Override
    public MeterDescription description() {
        return description;
    }

    @Override
    public MeterReading read() {
        try {
            return new MeterReading.Energy(Long.parseUnsignedLong(counter.read().strip()), share.now());
        } catch (IOException failure) {
            return new MeterReading.Missing(description.name() + " cannot be read: " + failure.getMessage());
        } catch (IllegalArgumentException nonsense) {
            return new MeterReading.Missing(description.name() + " shows no number: " + nonsense.getMessage());
        }
    }

    @Override
    public void close() {
        counter.close();
        share.close();
    }
}
