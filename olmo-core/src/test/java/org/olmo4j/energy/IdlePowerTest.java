package org.olmo4j.energy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IdlePowerTest {

    private static final long SECOND = 1_000_000_000;

    private final IdlePower idle = new IdlePower();

    @Test
    void isUnknownAtFirst() {
        assertThat(idle.watts()).isEmpty();
        assertThat(idle.microjoules(SECOND)).isZero();
    }

    @Test
    void theFirstWindowIsTheFirstEstimate() {
        idle.add(6_000_000, SECOND / 2);

        assertThat(idle.watts()).hasValue(12);
        assertThat(idle.microjoules(SECOND / 4)).isEqualTo(3_000_000);
    }

    @Test
    void neitherTheLowestNorBusyWindowsDecide() {
        // 2 odd low readings, 58 quiet ones at 20 W, 40 busy with something else at 150 W: the 5th lowest of 100
        // counts.
        for (int i = 0; i < 100; i++) {
            idle.add(i % 50 == 0 ? 1_000 : i % 5 < 3 ? 20_000_000 : 150_000_000, SECOND);
        }

        assertThat(idle.watts()).hasValue(20);
    }

    @Test
    void windowsTooShortToTellAreLeftOut() {
        idle.add(1, SECOND / 100);

        assertThat(idle.watts()).isEmpty();
    }

    @Test
    void oldWindowsAreForgotten() {
        for (int i = 0; i < 4_096; i++) {
            idle.add(10_000_000, SECOND);
        }
        for (int i = 0; i < 4_096; i++) {
            idle.add(30_000_000, SECOND);
        }

        assertThat(idle.watts()).hasValue(30);
    }
}
