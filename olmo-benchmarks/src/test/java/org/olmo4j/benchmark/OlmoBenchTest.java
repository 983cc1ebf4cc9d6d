package org.olmo4j.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class OlmoBenchTest {

    @TempDir
    private Path work;

    @Test
    void anUnknownOptionIsNamedAndEndsWithStatus2() {
        CommandRun run = CommandRun.of("machine", "--calers", "3");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.remarks()).contains("--calers");
    }

    @Test
    void anUnknownShapeIsNamedWithThoseThereAre() {
        CommandRun run = CommandRun.of("weights", "--shape", "olmo-2b", "--work", work.toString());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.remarks()).contains("olmo-2b", "tiny", "olmo-7b").doesNotContain("at org.olmo4j");
    }

    @Test
    void anUnknownWeightTypeIsNamedWithThoseThereAre() {
        CommandRun run = CommandRun.of("weights", "--shape", "tiny", "--weights", "q4_0", "--work", work.toString());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.remarks()).contains("q4_0", "int4");
    }

    @Test
    void threadsOutOfRangeAreRefused() {
        CommandRun run = CommandRun.of("machine", "--threads", "0");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.remarks()).contains("--threads is 0", "1 to 1024");
    }

    @Test
    void weightsSaysWhereTheCheckpointIs() {
        String[] arguments = {"weights", "--shape", "tiny", "--weights", "f32", "--json", "--work", work.toString()};
        JsonNode first = CommandRun.of(arguments).json().get(0);
        assertThat(Path.of(first.get("folder").asString()).resolve("config.json"))
                .exists();
        assertThat(first.get("weights").asString()).isEqualTo("f32");
        assertThat(first.get("written").asBoolean()).isTrue();
        assertThat(CommandRun.of(arguments).json().get(0).get("written").asBoolean())
                .isFalse();
    }

    @Test
    void machineReportsEachNumberOfThreads() {
        CommandRun run = CommandRun.of(
                "machine",
                "--threads",
                "1,2",
                "--repeats",
                "1",
                "--file-size",
                "1000000",
                "--json",
                "--work",
                work.toString());
        assertThat(run.status()).isZero();
        assertThat(run.json()).hasSize(2).allSatisfy(ceilings -> {
            assertThat(ceilings.get("read_ceiling_gigabytes_per_second").asDouble())
                    .isPositive();
            assertThat(ceilings.get("multiply_ceiling_gigaflops").asDouble()).isPositive();
            assertThat(ceilings.get("processors").asInt()).isPositive();
        });
    }

    @Test
    void helpNamesTheSubcommands() {
        CommandRun run = CommandRun.of("--help");
        assertThat(run.status()).isZero();
        assertThat(run.results()).contains("weights", "machine");
    }
}
