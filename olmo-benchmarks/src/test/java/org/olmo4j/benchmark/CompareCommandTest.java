package org.olmo4j.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "The programs here are shell scripts")
class CompareCommandTest {

    /** Prefill at 1000 tokens a second, decoding at 50. */
    private static final String LLAMA_BENCH = """
        #!/bin/sh
        case "$*" in
          *" -p 0 "*) speed=50 ;;
          *) speed=1000 ;;
        esac
        echo '[ { "build_commit": "abc", "build_number": 7, "model_type": "olmo F32", "samples_ts": [ '$speed' ] } ]'
        """;

    /** Each round is slower than the one before. */
    private static final String BATCHED_BENCH = """
        #!/bin/sh
        echo >> "$0.rounds"
        echo '{"speed_tg": '$((400 / $(wc -l < "$0.rounds")))'}'
        """;

    @TempDir
    private Path work;

    private Path program(String name, String script) throws Exception {
        Path program = Files.writeString(work.resolve(name), script);
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    private CommandRun compare(Path llamaBench, String... more) {
        String[] common = {
            "compare",
            "--llama-bench",
            llamaBench.toString(),
            "--gguf",
            "f32=a.gguf",
            "--shape",
            "tiny",
            "--threads",
            "1",
            "--repeats",
            "1",
            "--json",
            "--work",
            work.toString()
        };
        String[] all = new String[common.length + more.length];
        System.arraycopy(common, 0, all, 0, common.length);
        System.arraycopy(more, 0, all, common.length, more.length);
        return CommandRun.of(all);
    }

    @Test
    void bothProgramsTakeTurnsAndTheRatioIsThatOfTheMedians() throws Exception {
        program("llama-batched-bench", BATCHED_BENCH);
        CommandRun run = compare(
                program("llama-bench", LLAMA_BENCH),
                "--rounds",
                "2",
                "--prompt",
                "16",
                "--generate",
                "4",
                "--batch",
                "2");
        assertThat(run.remarks()).contains("round 1, f32, 1 threads, prefill", "round 2, f32, 1 threads, decode");
        assertThat(run.json()).hasSize(2).allSatisfy(result -> {
            assertThat(result.get("llama_cpp_build").asString()).isEqualTo("abc (7)");
            assertThat(result.get("llama_cpp_model").asString()).isEqualTo("olmo F32");
            double here = result.get("tokens_per_second").asDouble();
            double there = result.get("llama_cpp_tokens_per_second").asDouble();
            assertThat(here).isPositive();
            assertThat(result.get("ratio").asDouble()).isCloseTo(here / there, Percentage.withPercentage(0.1));
        });
        JsonNode prefill = run.json().get(0);
        assertThat(prefill.get("measure").asString()).isEqualTo("prefill");
        assertThat(prefill.get("llama_cpp_tokens_per_second").asDouble()).isEqualTo(1000);
        JsonNode decode = run.json().get(1);
        assertThat(decode.get("measure").asString()).isEqualTo("decode");
        assertThat(decode.get("batch").asInt()).isEqualTo(2);
        assertThat(decode.get("llama_cpp_tokens_per_second").asDouble()).isEqualTo(300);
        assertThat(decode.get("llama_cpp_tokens_per_second_min").asDouble()).isEqualTo(200);
        assertThat(decode.get("llama_cpp_tokens_per_second_max").asDouble()).isEqualTo(400);
    }

    @Test
    void nothingIsMeasuredHereIfLlamaCppCannotBeMeasured() throws Exception {
        CommandRun run = compare(program("llama-bench", "#!/bin/sh\necho 'no such model' >&2\nexit 1\n"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.remarks()).contains("no such model", "GGUF").doesNotContain("round");
    }

    @Test
    void thereMustBeSomethingToMeasure() {
        CommandRun run = compare(work.resolve("llama-bench"), "--prompt", "0", "--generate", "0");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.remarks()).contains("--generate is 0. Allowed: 1 or more");
    }
}
