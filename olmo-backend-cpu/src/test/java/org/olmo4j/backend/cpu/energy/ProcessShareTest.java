package org.olmo4j.backend.cpu.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProcessShareTest {

    private static final long TENTH = 100_000_000;

    private String stat = "";
    private long own;
    private long now;
    private final ProcessShare share = new ProcessShare(
            () -> {
                if (stat.isEmpty()) {
                    throw new IOException("no such file");
                }
                return stat;
            },
            () -> own,
            () -> now);

    @Test
    void isTheOwnPartOfAllBusyTime() {
        // user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice in ticks of 10 ms
        after(0, 0, "cpu  100 10 50 9000 70 1 2 3 40 5");
        // 20 ticks more, 10 user, 4 nice, 3 system, 1 each of the others: 200 ms, of which 50 ms are ours.
        after(TENTH, 50_000_000, "cpu  110 14 53 9999 99 2 3 4 50 9");

        assertThat(share.now()).isEqualTo(0.25);
    }

    @Test
    void cannotBeMoreThanAll() {
        after(0, 0, "cpu  1 0 0 0 0 0 0 0 0 0");
        // The machine's time comes in ticks of 10 ms, ours in nanoseconds.
        after(TENTH, 12_000_000, "cpu  2 0 0 0 0 0 0 0 0 0");

        assertThat(share.now()).isEqualTo(1);
    }

    @Test
    void staysForMetersThatAskAtTheSameTime() {
        after(0, 0, "cpu  0 0 0 0 0 0 0 0 0 0");
        after(TENTH, 50_000_000, "cpu  10 0 0 0 0 0 0 0 0 0");
        assertThat(share.now()).isEqualTo(0.5);
        after(TENTH / 10, 0, "cpu  20 0 0 0 0 0 0 0 0 0");

        assertThat(share.now()).isEqualTo(0.5);
    }

    @Test
    void isAllWhereTheMachinesTimeIsUnknown() {
        assertThat(share.now()).isEqualTo(1);
        stat = "something else";
        assertThat(share.now()).isEqualTo(1);
    }

    private void after(long nanos, long ownNanos, String text) {
        now += nanos;
        own += ownNanos;
        stat = text + "\ncpu0 1 2 3\n";
        share.now();
    }
}
