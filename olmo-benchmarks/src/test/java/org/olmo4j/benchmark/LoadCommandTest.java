package org.olmo4j.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.benchmark.model.DemoModel;
import tools.jackson.databind.JsonNode;

class LoadCommandTest {

    @TempDir
    private Path work;

    @Test
    void measuresEachNumberOfCallersWithAndWithoutThePrefixCache() {
        CommandRun run = CommandRun.of(
                "load",
                "--shape",
                "tiny",
                "--callers",
                "1,3",
                "--requests",
                "4",
                "--prompt",
                "40",
                "--generate",
                "5",
                "--shared-prefix",
                "0.9",
                "--prefix-cache",
                "both",
                "--warm-ups",
                "0",
                "--repeats",
                "2",
                "--threads",
                "1",
                "--json",
                "--work",
                work.toString());
        assertThat(run.remarks()).contains("prefix cache off", "run 2, 3 callers");
        assertThat(run.status()).isZero();
        assertThat(run.json()).hasSize(4).allSatisfy(result -> {
            assertThat(result.get("model").asString()).isEqualTo("tiny");
            assertThat(result.get("weights").asString()).isEqualTo("bf16");
            assertThat(result.get("threads").asInt()).isEqualTo(1);
            assertThat(result.get("prompt_tokens").asInt()).isEqualTo(40);
            assertThat(result.get("generated_tokens").asInt()).isEqualTo(5);
            assertThat(result.get("generated_tokens_per_second").asDouble())
                    .isPositive()
                    .isBetween(
                            result.get("generated_tokens_per_second_min").asDouble(),
                            result.get("generated_tokens_per_second_max").asDouble());
            assertThat(result.get("prompt_tokens_per_second").asDouble()).isPositive();
            assertThat(result.get("first_token_seconds_p50").asDouble())
                    .isPositive()
                    .isLessThanOrEqualTo(result.get("first_token_seconds_p99").asDouble());
            assertThat(result.get("fairness").asDouble()).isGreaterThanOrEqualTo(1);
            assertThat(result.get("ratio_to_one_caller").asDouble()).isPositive();
            assertThat(result.get("cached_prompt_share").asDouble()).isBetween(0.0, 0.9);
        });
        JsonNode one = run.json().get(0);
        assertThat(one.get("prefix_cache").asBoolean()).isFalse();
        assertThat(one.get("cached_prompt_share").asDouble()).isZero();
        assertThat(one.get("callers").asInt()).isEqualTo(1);
        assertThat(one.get("requests").asInt()).isEqualTo(4);
        assertThat(one.get("ratio_to_one_caller").asDouble()).isEqualTo(1);
        assertThat(run.json().get(1).get("requests").asInt()).isEqualTo(6);
    }

    @Test
    void showsATableOtherwise() {
        CommandRun run = CommandRun.of(
                "load",
                "--model",
                DemoModel.folder().toString(),
                "--callers",
                "2",
                "--requests",
                "2",
                "--prompt",
                "8",
                "--generate",
                "3",
                "--warm-ups",
                "0",
                "--repeats",
                "1",
                "--work",
                work.toString());
        assertThat(run.status()).isZero();
        assertThat(run.results()).contains("| demo-model |", "first token p50 s");
    }

    @ParameterizedTest
    @CsvSource({"--shared-prefix,1.5", "--callers,0", "--requests,0", "--prompt,0", "--generate,0", "--repeats,0"})
    void valuesOutOfRangeAreRefusedByName(String option, String value) {
        CommandRun run = CommandRun.of("load", "--shape", "tiny", option, value, "--work", work.toString());
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.remarks()).contains(option);
    }

    @Test
    void aPromptLongerThanTheModelsContextIsRefused() {
        CommandRun run = CommandRun.of(
                "load", "--model", DemoModel.folder().toString(), "--prompt", "2000", "--work", work.toString());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.remarks()).contains("demo-model", "1024");
    }
}
