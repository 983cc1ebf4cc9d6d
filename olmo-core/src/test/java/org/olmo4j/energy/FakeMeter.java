package org.olmo4j.energy;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** A counter that a test sets. */
final class FakeMeter implements EnergyMeter {

    static final long WRAP = 65_532_610_987L;

    private final MeterDescription description;
    private MeterReading next = new MeterReading.Energy(0, 1);
    private long total;
    private boolean closed;

    FakeMeter(MeterDescription description) {
        this.description = description;
    }

    /** Of a processor: wraps, 400 W at most. */
    static FakeMeter processor() {
        return new FakeMeter(new MeterDescription(
                "cpu",
                Component.CPU,
                Provenance.MEASURED_SHARED,
                Optional.empty(),
                OptionalLong.of(WRAP),
                400,
                Duration.ofMillis(1),
                "made up"));
    }

    /** Of a graphics card: serves one backend, never wraps, 700 W at most. */
    static FakeMeter graphics() {
        return new FakeMeter(new MeterDescription(
                "gpu",
                Component.GPU,
                Provenance.MEASURED,
                Optional.of("cuda"),
                OptionalLong.empty(),
                700,
                Duration.ofMillis(100),
                "made up"));
    }

    /** Energy was used. */
    void use(long microjoules) {
        total += microjoules;
        show(1);
    }

    /** Of what is used from here on, this process has a share. */
    void show(double ownShare) {
        next = new MeterReading.Energy(description.wrapMicrojoules().isPresent() ? total % WRAP : total, ownShare);
    }

    /** The next readings fail. */
    void fail(String reason) {
        next = new MeterReading.Missing(reason);
    }

    /** All that was used. */
    long total() {
        return total;
    }

    boolean closed() {
        return closed;
    }

    @Override
    public MeterDescription description() {
        return description;
    }

    @Override
    public MeterReading read() {
        return next;
    }

    @Override
    public void close() {
        closed = true;
    }
}
