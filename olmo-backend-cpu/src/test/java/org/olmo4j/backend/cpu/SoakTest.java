package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.slf4j.LoggerFactory;

/**
 * After a {@link Soak} no block, thread or memory is missing. In a JVM of its own, whose heap is taken from the system at the start, so that
 * its resident size shows what else grows. In every build for some seconds; with the profile {@code long-tests} for ten minutes.
 */
class SoakTest {

    @Test
    void aShortSoakLeavesNothingBehind() throws Exception {
        soak(150, 0);
    }

    @Tag("long")
    @Test
    void aSoakOfTenMinutesLeavesNothingBehind() throws Exception {
        soak(150, 120);
    }

    private static void soak(int requests, int seconds) throws Exception {
        String output = ChildJvm.run(
                List.of(
                        KernelChoice.VECTOR_FLAG,
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xms128m",
                        "-Xmx128m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:NativeMemoryTracking=summary"),
                Soak.class,
                String.valueOf(requests),
                String.valueOf(seconds));
        LoggerFactory.getLogger(SoakTest.class).info("{}", output);
        assertThat(output).contains("Figures");
    }
}
