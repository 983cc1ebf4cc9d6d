package org.olmo4j.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelsCommandTest {

    @TempDir
    private Path work;

    private CommandRun run(String include, String... more) {
        String[] common = {
            "kernels",
            "--include",
            include,
            "--forks",
            "0",
            "--warm-ups",
            "0",
            "--repeats",
            "1",
            "--time",
            "20",
            "--threads",
            "1",
            "--ceiling-file-size",
            "1000000",
            "--json",
            "--work",
            work.toString()
        };
        String[] all = Arrays.copyOf(common, common.length + more.length);
        System.arraycopy(more, 0, all, common.length, more.length);
        return CommandRun.of(all);
    }

    @Test
    void showsWhatAProductReachesBesideTheCeilings() {
        CommandRun run = run("Multiply", "--param", "format=BF16", "--param", "tokens=1,4", "--param", "columns=64");
        assertThat(run.status()).isZero();
        assertThat(run.json()).hasSize(2).allSatisfy(result -> {
            assertThat(result.get("kernel").asString()).isEqualTo("MultiplyBenchmark.multiply");
            assertThat(result.get("parameters").asString()).contains("format=BF16");
            assertThat(result.get("threads").asInt()).isEqualTo(1);
            assertThat(result.get("gigabytes_per_second").asDouble()).isPositive();
            assertThat(result.get("gigaflops").asDouble()).isPositive();
            assertThat(result.get("share_of_read_ceiling").asDouble()).isPositive();
            assertThat(result.get("share_of_multiply_ceiling").asDouble()).isPositive();
        });
        // A BF16 weight has 2 bytes, and 2 operations for each of 4 tokens.
        var four = run.json().get(1);
        assertThat(four.get("gigaflops").asDouble())
                .isCloseTo(4 * four.get("gigabytes_per_second").asDouble(), Percentage.withPercentage(0.1));
    }

    @Test
    void everyBenchmarkRuns() {
        CommandRun run = run(
                "",
                "--param",
                "format=BF16",
                "--param",
                "tokens=1",
                "--param",
                "columns=64",
                "--param",
                "context=512",
                "--param",
                "width=64");
        assertThat(run.status()).isZero();
        assertThat(run.json())
                .extracting(result -> result.get("kernel").asString())
                .containsExactlyInAnyOrder(
                        "MultiplyBenchmark.multiply", "AttentionBenchmark.attend", "SwigluBenchmark.swiglu");
    }

    @Test
    void aPatternThatMatchesNothingIsAnError() {
        CommandRun run = run("NoSuchKernel");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.remarks()).contains("--include");
    }
}
