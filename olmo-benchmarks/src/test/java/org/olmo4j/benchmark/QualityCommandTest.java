package org.olmo4j.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class QualityCommandTest {

    @TempDir
    private Path work;

    private Path text() throws Exception {
        return Files.writeString(work.resolve("text"), "OLMo 7B has 32 layers. OLMo 1B has 16 layers.");
    }

    @Test
    void storedWeightsOfTheDemoModelPredictAsTheyAreExpectedTo() throws Exception {
        CommandRun run =
                CommandRun.of("quality", "--text", text().toString(), "--threads", "1", "--length", "16", "--json");
        assertThat(run.status()).isZero();
        JsonNode result = run.json().get(0);
        assertThat(result.get("model").asString()).isEqualTo("demo-model");
        assertThat(result.get("weights").asString()).isEqualTo("bf16");
        assertThat(result.get("tokens").asInt()).isPositive();
        assertThat(result.get("mean_kl_divergence").asDouble()).isZero();
        assertThat(result.get("perplexity_ratio").asDouble()).isEqualTo(1);
        assertThat(result.get("perplexity").asDouble())
                .isGreaterThan(1)
                .isEqualTo(result.get("f32_perplexity").asDouble());
    }

    @Test
    void aTableShowsWhatWasPredicted() throws Exception {
        Path text = text();
        CommandRun run = CommandRun.of("quality", "--text", text.toString(), "--threads", "1");
        assertThat(run.results()).contains("text: " + text, "| demo-model | bf16", "100.0 %");
    }

    @Test
    void wrongOptionsAreNamed() {
        CommandRun length = CommandRun.of("quality", "--length", "1");
        assertThat(length.status()).isEqualTo(2);
        assertThat(length.remarks()).contains("--length is 1. Allowed: 2 or more");
        CommandRun text =
                CommandRun.of("quality", "--text", work.resolve("gone").toString());
        assertThat(text.status()).isEqualTo(1);
        assertThat(text.remarks()).contains("gone", "--text");
    }
}
