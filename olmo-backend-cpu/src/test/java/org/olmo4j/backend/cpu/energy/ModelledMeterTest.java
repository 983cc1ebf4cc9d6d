package org.olmo4j.backend.cpu.energy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.olmo4j.energy.MeterReading;
import org.olmo4j.energy.Provenance;

class ModelledMeterTest {

    private static final long SECOND = 1_000_000_000;

    private long now = 5 * SECOND;
    private long own = 3 * SECOND;
    private final ModelledMeter meter = new ModelledMeter(80, true, 4, () -> own, () -> now);

    @Test
    void isPowerTimesLoad() {
        // 2 of 4 processors for a second: 40 W.
        pass(SECOND, 2 * SECOND);

        assertThat(meter.read()).isEqualTo(new MeterReading.Energy(40_000_000, 1));
    }

    @Test
    void idleProcessorsDrawATenth() {
        pass(10 * SECOND, SECOND / 100);

        assertThat(meter.read()).isEqualTo(new MeterReading.Energy(80_000_000, 1));
    }

    @Test
    void cannotBeMoreThanFullLoad() {
        pass(SECOND, 5 * SECOND);

        assertThat(meter.read()).isEqualTo(new MeterReading.Energy(80_000_000, 1));
    }

    @Test
    void addsUp() {
        pass(SECOND, 4 * SECOND);
        meter.read();
        pass(SECOND, 2 * SECOND);

        assertThat(meter.read()).isEqualTo(new MeterReading.Energy(120_000_000, 1));
    }

    @Test
    void saysThatItIsAModel() {
        assertThat(meter.description().provenance()).isEqualTo(Provenance.MODELLED);
    }

    private void pass(long nanos, long ownNanos) {
        now += nanos;
        own += ownNanos;
    }
}
