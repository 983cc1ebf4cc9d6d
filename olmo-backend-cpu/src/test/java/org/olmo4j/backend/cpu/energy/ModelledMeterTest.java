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
    void aTenthIsAlwaysDrawnAndTheRestByLoad() {
        // 2 of 4 processors for a second: 8 W and half of 72 W.
        pass(SECOND, 2 * SECOND);

        assertThat(meter.read()).isEqualTo(new MeterReading.Energy(44_000_000, 1));
    }

    @Test
    void idleProcessorsDrawATenth() {
        pass(10 * SECOND, 0);

        assertThat(meter.read()).isEqualTo(new MeterReading.Energy(80_000_000, 1));
    }

    @Test
    void fullLoadIsAllOfIt() {
        pass(SECOND, 4 * SECOND);

        assertThat(meter.read()).isEqualTo(new MeterReading.Energy(80_000_000, 1));
    }

    @Test
    void theTimeOfATickThatDidNotFitIntoAShortWindowIsInTheNext() {
        // 60 ms on 4 processors do not fit into 10 ms.
        pass(SECOND / 100, 6 * SECOND / 100);
        assertThat(meter.read()).isEqualTo(new MeterReading.Energy(800_000, 1));

        // In all: 8 W for 20 ms, and 72 W for 60 ms / 4.
        pass(SECOND / 100, 0);
        assertThat(meter.read()).isEqualTo(new MeterReading.Energy(160_000 + 1_080_000, 1));
    }

    @Test
    void howOftenItIsReadMakesNoDifference() {
        ModelledMeter read = new ModelledMeter(80, true, 4, () -> own, () -> now);
        for (int i = 0; i < 100; i++) {
            pass(SECOND / 100, i % 2 == 0 ? 0 : SECOND / 50);
            read.read();
        }

        assertThat(read.read()).isEqualTo(meter.read());
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
