package org.olmo4j.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class AccountingCommandTest {

    @TempDir
    private Path work;

    private CommandRun run(String... more) {
        String[] arguments = {
            "accounting",
            "--shape",
            "tiny",
            "--callers",
            "2",
            "--requests",
            "4",
            "--prompt",
            "8",
            "--generate",
            "5",
            "--idle",
            "1",
            "--warm-ups",
            "0",
            "--repeats",
            "2",
            "--threads",
            "1",
            "--work",
            work.toString()
        };
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return CommandRun.of(all);
    }

    @Test
    void measuresTheSameLoadWithAndWithoutAccounting() {
        CommandRun run = run("--json");

        assertThat(run.status()).isZero();
        JsonNode result = run.json().get(0);
        assertThat(result.get("meters").asString()).isNotEmpty();
        assertThat(result.get("generated_tokens_per_second").asDouble()).isPositive();
        assertThat(result.get("generated_tokens_per_second_without").asDouble()).isPositive();
        assertThat(result.get("ratio").asDouble())
                .isCloseTo(
                        result.get("generated_tokens_per_second").asDouble()
                                / result.get("generated_tokens_per_second_without")
                                        .asDouble(),
                        within(1e-3));
        assertThat(result.get("reader_share_loaded").asDouble()).isBetween(0.0, 1.0);
        assertThat(result.get("reader_share_idle").asDouble()).isBetween(0.0, 1.0);
    }

    @Test
    void writesATable() {
        assertThat(run().results()).contains("tokens/s with", "tiny");
    }

    @Test
    void refusesWhatMakesNoSense() {
        CommandRun run = run("--callers", "0");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.remarks()).contains("--callers");
    }
}
