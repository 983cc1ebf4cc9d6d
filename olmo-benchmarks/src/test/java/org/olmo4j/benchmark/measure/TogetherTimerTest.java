package org.olmo4j.benchmark.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class TogetherTimerTest {

    @Test
    void eachThreadWorksOnceMoreThanIsCounted() {
        AtomicIntegerArray calls = new AtomicIntegerArray(3);
        assertThat(TogetherTimer.seconds(3, 4, calls::incrementAndGet))
                .hasSize(4)
                .allSatisfy(seconds -> assertThat(seconds).isNotNegative());
        assertThat(calls).hasToString("[5, 5, 5]");
    }

    @Test
    void theFailureOfOneThreadEndsTheMeasurement() {
        assertThatThrownBy(() -> TogetherTimer.seconds(3, 2, thread -> {
                    if (thread == 1) {
                        throw new UnsupportedOperationException("broken");
                    }
                }))
                .rootCause()
                .hasMessage("broken");
    }
}
