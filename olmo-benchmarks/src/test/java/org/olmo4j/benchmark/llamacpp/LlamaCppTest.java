package org.olmo4j.benchmark.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.benchmark.measure.BenchmarkException;

/** Outputs are those of llama.cpp's commit c392e50, shortened to what is read and something that is not. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "The programs here are shell scripts")
class LlamaCppTest {

    private static final String LLAMA_BENCH = """
        [
          {
            "build_commit": "c392e5094",
            "build_number": 4748,
            "model_type": "olmo ?B Q4_0",
            "n_prompt": 8,
            "avg_ts": 105.586362,
            "samples_ts": [ 104.131, 107.042, 100.5 ]
          }
        ]
        """;

    private static final String BATCHED_BENCH = """

        {"n_kv_max": 32, "n_threads": 2, "pp": 8, "tg": 4, "pl": 2, "speed_pp": 66.48, "t_tg": 0.1, "speed_tg": 76.856201}

        """;

    @TempDir
    private Path folder;

    /** A program that notes its arguments, then does what the rest of the script says. */
    private Path program(String name, String script) throws Exception {
        Path program = folder.resolve(name);
        Files.writeString(program, "#!/bin/sh\necho \"$@\" > '" + folder.resolve(name + ".arguments") + "'\n" + script);
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    private static String printing(String output) {
        return "cat <<'END'\n" + output + "END\necho 'load: a message' >&2\n";
    }

    private String arguments(String name) throws Exception {
        return Files.readString(folder.resolve(name + ".arguments")).strip();
    }

    @Test
    void prefillAndDecodingOfOneSequenceAreTheMediansOfLlamaBench() throws Exception {
        LlamaCpp llamaCpp = new LlamaCpp(program("llama-bench", printing(LLAMA_BENCH)), Path.of("a.gguf"), 2);
        assertThat(llamaCpp.prefillTokensPerSecond(512, 3)).isEqualTo(104.131);
        assertThat(arguments("llama-bench")).isEqualTo("-m a.gguf -t 2 -p 512 -n 0 -r 3 -o json");
        assertThat(llamaCpp.decodeTokensPerSecond(1, 0, 64, 3)).isEqualTo(104.131);
        assertThat(arguments("llama-bench")).isEqualTo("-m a.gguf -t 2 -p 0 -n 64 -r 3 -o json");
    }

    @Test
    void sequencesTogetherAndLongContextsAreMeasuredByLlamaBatchedBench() throws Exception {
        Path llamaBench = program("llama-bench", "exit 1");
        program("llama-batched-bench", printing(BATCHED_BENCH));
        LlamaCpp llamaCpp = new LlamaCpp(llamaBench, Path.of("a.gguf"), 2);
        assertThat(llamaCpp.decodeTokensPerSecond(4, 0, 64, 3)).isEqualTo(76.856201);
        assertThat(arguments("llama-batched-bench"))
                .isEqualTo("-m a.gguf -t 2 -c 260 -npp 1 -ntg 64 -npl 4 --output-format jsonl");
        assertThat(llamaCpp.decodeTokensPerSecond(1, 4096, 64, 3)).isEqualTo(76.856201);
        assertThat(arguments("llama-batched-bench"))
                .isEqualTo("-m a.gguf -t 2 -c 4160 -npp 4096 -ntg 64 -npl 1 --output-format jsonl");
    }

    @Test
    void buildAndModelAreNamedInLlamaCppsWords() throws Exception {
        LlamaCpp llamaCpp = new LlamaCpp(program("llama-bench", printing(LLAMA_BENCH)), Path.of("a.gguf"), 1);
        assertThat(llamaCpp.describe()).isEqualTo(new LlamaCpp.Description("c392e5094 (4748)", "olmo ?B Q4_0"));
    }

    @Test
    void aFailureIsToldInTheProgramsOwnWords() throws Exception {
        LlamaCpp llamaCpp = new LlamaCpp(
                program("llama-bench", "echo 'error: failed to load model' >&2; exit 1"), Path.of("gone.gguf"), 1);
        assertThatThrownBy(llamaCpp::describe)
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContainingAll("gone.gguf", "status 1", "failed to load model");
    }

    @Test
    void aProgramThatIsNotThereIsNamedWithTheOptionThatGivesIt() {
        LlamaCpp llamaCpp = new LlamaCpp(folder.resolve("llama-bench"), Path.of("a.gguf"), 1);
        assertThatThrownBy(llamaCpp::describe)
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContainingAll(folder.toString(), "--llama-bench");
    }

    @Test
    void anOutputWithoutAMeasurementIsShown() throws Exception {
        LlamaCpp llamaCpp = new LlamaCpp(program("llama-bench", printing("[]\n")), Path.of("a.gguf"), 1);
        assertThatThrownBy(() -> llamaCpp.prefillTokensPerSecond(1, 1))
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContaining("[]");
        program("llama-batched-bench", printing("{\"pl\": 2}\n"));
        assertThatThrownBy(() -> llamaCpp.decodeTokensPerSecond(2, 0, 1, 1))
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContaining("\"pl\"");
    }
}
