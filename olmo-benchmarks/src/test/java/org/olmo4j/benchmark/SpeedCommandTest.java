package org.olmo4j.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.benchmark.model.DemoModel;
import tools.jackson.databind.JsonNode;

class SpeedCommandTest {

    /** What is promised to readers of the JSON. */
    private static final List<String> NUMBERS = List.of(
            "threads",
            "batch",
            "prefill_tokens_per_second",
            "decode_tokens_per_second",
            "decode_gigabytes_per_second",
            "prefill_gigaflops",
            "load_seconds",
            "first_token_seconds");

    private static final List<String> QUICK = List.of(
            "--repeats",
            "2",
            "--prompt",
            "24",
            "--generate",
            "6",
            "--threads",
            "1",
            "--ceiling-file-size",
            "1000000",
            "--json");

    @TempDir
    private Path work;

    private CommandRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(QUICK);
        all.addAll(List.of("--work", work.toString()));
        return CommandRun.of(all.toArray(String[]::new));
    }

    @Test
    void reportsEachWeightTypeAndBatchAsAnObject() {
        CommandRun run = run("--shape", "tiny", "--weights", "f32,bf16", "--batch", "1,3", "--in-process");
        assertThat(run.remarks()).contains("tiny, f32, 1 threads, batch 3");
        assertThat(run.status()).isZero();
        assertThat(run.json()).hasSize(4).allSatisfy(result -> {
            assertThat(result.get("shape").asString()).isEqualTo("tiny");
            for (String name : NUMBERS) {
                assertThat(result.get(name).isNumber()).as(name).isTrue();
                assertThat(result.get(name).asDouble()).as(name).isPositive();
            }
            for (String name : NUMBERS.subList(2, NUMBERS.size())) {
                assertThat(result.get(name).asDouble())
                        .as(name)
                        .isBetween(
                                result.get(name + "_min").asDouble(),
                                result.get(name + "_max").asDouble());
            }
            assertThat(result.has("steady_resident_bytes")).isTrue();
            assertThat(result.has("peak_resident_bytes")).isTrue();
            assertThat(result.get("fresh_jvm_first_token_seconds").isNull()).isTrue();
        });
        assertThat(run.json())
                .extracting(result ->
                        result.get("weights").asString() + result.get("batch").asInt())
                .containsExactly("f321", "f323", "bf161", "bf163");
    }

    /** 2 x 57,344 + 64 x 512 weights are read in a step (hidden 64, network 160, 512 words), and 4 bytes each in F32. */
    @Test
    void bytesAndOperationsFollowFromTheSpeed() {
        JsonNode result = run("--shape", "tiny", "--weights", "f32", "--batch", "3", "--in-process")
                .json()
                .get(0);
        long layers = 2 * (4 * 64 * 64 + 3 * 64 * 160);
        assertThat(result.get("prefill_gigaflops").asDouble())
                .isCloseTo(result.get("prefill_tokens_per_second").asDouble() * 2 * layers / 1e9, percent());
        assertThat(result.get("decode_gigabytes_per_second").asDouble())
                .isCloseTo(
                        result.get("decode_tokens_per_second").asDouble() / 3 * 4 * (layers + 64 * 512) / 1e9,
                        percent());
    }

    private static Percentage percent() {
        return Percentage.withPercentage(0.1);
    }

    @Test
    void aJvmOfItsOwnReportsItsMemoryAndItsStart() {
        CommandRun run = run("--model", DemoModel.folder().toString(), "--batch", "1");
        assertThat(run.remarks()).isEmpty();
        assertThat(run.status()).isZero();
        JsonNode result = run.json().get(0);
        assertThat(result.get("shape").asString()).isEqualTo("demo-model");
        assertThat(result.get("weights").asString()).isEqualTo("bf16");
        assertThat(result.get("fresh_jvm_first_token_seconds").asDouble())
                .isGreaterThan(result.get("fresh_jvm_load_seconds").asDouble());
        if (Files.exists(Path.of("/proc/self/status"))) {
            assertThat(result.get("steady_resident_bytes").asLong()).isGreaterThan(8_000_000);
            assertThat(result.get("peak_resident_bytes").asLong())
                    .isGreaterThanOrEqualTo(result.get("steady_resident_bytes").asLong());
        }
    }

    @Test
    void aContextMayLieBeforeTheMeasuredTokensAndWhatIsNotAskedForIsNull() {
        JsonNode result = CommandRun.of(
                        "--shape",
                        "tiny",
                        "--batch",
                        "2",
                        "--context",
                        "100",
                        "--prompt",
                        "0",
                        "--generate",
                        "6",
                        "--repeats",
                        "1",
                        "--ceiling-file-size",
                        "1000000",
                        "--in-process",
                        "--json",
                        "--work",
                        work.toString())
                .json()
                .get(0);
        assertThat(result.get("context_tokens").asInt()).isEqualTo(100);
        assertThat(result.get("prefill_tokens_per_second").isNull()).isTrue();
        assertThat(result.get("prefill_gigaflops").isNull()).isTrue();
        assertThat(result.get("decode_tokens_per_second").asDouble()).isPositive();
    }

    @Test
    void aConfigurationAloneCanHaveRandomWeights() throws Exception {
        Path folder = Files.createDirectory(work.resolve("like"));
        Files.copy(DemoModel.folder().resolve("config.json"), folder.resolve("config.json"));
        CommandRun run = run("--model", folder.toString(), "--random-weights", "--batch", "1", "--in-process");
        assertThat(run.status()).isZero();
        assertThat(run.json().get(0).get("shape").asString()).isEqualTo("like");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--prompt -1 | --prompt is -1. Allowed: 0 or more",
                "--generate -1 | --generate is -1. Allowed: 0 or more",
                "--context -1 | --context is -1. Allowed: 0 or more",
                "--batch 4,0 | --batch is 0. Allowed: 1 to 1024",
                "--chunk 0 | --chunk is 0. Allowed: 1 to 32768",
                "--repeats 0 | --repeats is 0. Allowed: 1 or more",
                "--model x | exclude each other",
                "--random-weights | --model DIR",
                "--batch x | --batch",
                "--prompt -1 | olmo-bench --help"
            })
    void valuesOutOfRangeAreRefusedByName(String arguments, String message) {
        CommandRun run = CommandRun.of(("--shape tiny " + arguments).split(" "));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.remarks()).contains(message);
    }

    @Test
    void withoutAModelItAsksForOne() {
        CommandRun run = CommandRun.of();
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.remarks()).contains("--shape NAME", "--model DIR");
    }
}
