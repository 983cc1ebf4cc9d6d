package org.olmo4j.benchmark.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CeilingsTest {

    private static final int LONGS = 4096;

    @TempDir
    private Path folder;

    @Test
    void theReadingLoopsReadEveryNumber() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(ValueLayout.JAVA_LONG, LONGS);
            SplittableRandom random = new SplittableRandom(1);
            long sum = 0;
            for (int i = 0; i < LONGS; i++) {
                long value = random.nextLong();
                memory.setAtIndex(ValueLayout.JAVA_LONG, i, value);
                sum += value;
            }
            assertThat(VectorLoops.read(memory)).isEqualTo(sum);
            assertThat(VectorLoops.readFourStreams(memory)).isEqualTo(sum);
        }
    }

    /** x = 0.999 x + 0.001 stays at 1 from 1 on, and goes there from 0.999; twelve chains are summed. */
    @Test
    void theMultiplyingLoopMultipliesInAllChains() {
        assertThat(VectorLoops.multiply(20_000)).isCloseTo(12, within(0.01f));
        assertThat(VectorLoops.multiply(0)).isCloseTo(12 * 0.999f, within(1e-5f));
    }

    @Test
    void measuresBothCeilingsAndKeepsItsFile() throws Exception {
        Ceilings ceilings = Ceilings.measure(folder, 1 << 20, 2, 1);
        assertThat(ceilings.threads()).isEqualTo(2);
        assertThat(ceilings.readGigabytesPerSecond().median()).isPositive();
        assertThat(ceilings.multiplyGigaflops().median()).isPositive();
        try (var files = Files.list(folder)) {
            assertThat(files)
                    .singleElement()
                    .satisfies(file -> assertThat(Files.size(file)).isEqualTo(1 << 20));
        }
    }
}
