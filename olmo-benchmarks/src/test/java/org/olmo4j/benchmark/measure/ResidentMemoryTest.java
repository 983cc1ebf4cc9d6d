package org.olmo4j.benchmark.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResidentMemoryTest {

    @Test
    void readsWhatLinuxSaysInKilobytes() {
        ResidentMemory memory = ResidentMemory.parse(List.of(
                "Name:\tjava", "VmPeak:\t 9000 kB", "VmHWM:\t    2048 kB", "VmRSS:\t    1024 kB", "RssAnon:\t 512 kB"));
        assertThat(memory.nowBytes()).hasValue(1024 * 1024);
        assertThat(memory.peakBytes()).hasValue(2048 * 1024);
    }

    @Test
    void aSystemThatSaysNothingGivesNothing() {
        assertThat(ResidentMemory.parse(List.of("Name:\tjava")).nowBytes()).isEmpty();
    }
}
