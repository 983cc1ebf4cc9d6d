package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.InsufficientMemoryException;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.error.TokenizerException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.env.MockEnvironment;

/** The page that an operator sees when the application does not start. */
@ExtendWith(OutputCaptureExtension.class)
class OlmoFailureAnalyzerTests {

    private final MockEnvironment environment =
            new MockEnvironment().withProperty("olmo.model", "/models/x").withProperty("olmo.backend", "cuda,cpu");

    private FailureAnalysis analysis(OlmoException failure) {
        return new OlmoFailureAnalyzer(environment).analyze(new IllegalStateException("bean", failure));
    }

    @Test
    void aBrokenModelIsDescribedWithItsPropertyAndWhatToDo() {
        FailureAnalysis analysis =
                analysis(new ModelFormatException("config.json has no key hidden_size", "Download it again"));

        assertThat(analysis.getDescription())
                .startsWith("config.json has no key hidden_size.")
                .contains("olmo.model=/models/x");
        assertThat(analysis.getAction()).isEqualTo("Download it again.");
    }

    @Test
    void aBrokenTokenizerIsDescribedWithTheModelsProperty() {
        assertThat(analysis(new TokenizerException("tokenizer.json is empty", "Download it again"))
                        .getDescription())
                .contains("tokenizer.json is empty.", "olmo.model=/models/x");
    }

    @Test
    void aMissingBackendIsDescribedWithItsProperty() {
        FailureAnalysis analysis = analysis(new BackendUnavailableException("No backend", "Add one"));

        assertThat(analysis.getDescription()).contains("No backend.", "olmo.backend=cuda,cpu");
        assertThat(analysis.getAction()).isEqualTo("Add one.");
    }

    @Test
    void tooLittleMemoryIsDescribedWithWhatToLower() {
        environment.setProperty("olmo.engine.kv-cache-size", "64GB");

        FailureAnalysis analysis = analysis(new InsufficientMemoryException(
                "The KV cache of 65536 MiB is more than the 8192 MiB of machine or container",
                "Lower olmo.engine.kv-cache-size"));

        assertThat(analysis.getDescription()).contains("65536 MiB", "8192 MiB", "olmo.engine.kv-cache-size=64GB");
        assertThat(analysis.getAction()).isEqualTo("Lower olmo.engine.kv-cache-size.");
    }

    @Test
    void whatIsNotFromLoadingIsLeftToOthers() {
        assertThat(analysis(new EngineBusyException("full", Duration.ofSeconds(1))))
                .isNull();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(OlmoAutoConfiguration.class)
    static class Application {}

    private static void start(String... arguments) {
        assertThatThrownBy(() -> new SpringApplicationBuilder(Application.class)
                        .web(WebApplicationType.NONE)
                        .run(arguments))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void anApplicationWithAMissingModelSaysWhatToChange(CapturedOutput output) {
        start("--olmo.model=/no/such/folder");

        assertThat(output)
                .contains("APPLICATION FAILED TO START", "Description:", "/no/such/folder", "Action:")
                .contains("olmo.model=/no/such/folder (\"olmo.model\" from property source \"commandLineArgs\")")
                .doesNotContain("\tat org.olmo4j");
    }

    @Test
    void anApplicationWhoseModelHasNoTokenizerSaysWhatIsMissing(@TempDir Path folder, CapturedOutput output)
            throws IOException {
        copyOfTheDemoModel(folder, "config.json", "generation_config.json", "model.safetensors");

        start("--olmo.model=" + folder);

        assertThat(output)
                .contains("APPLICATION FAILED TO START", "has no tokenizer.json", "Copy tokenizer.json")
                .contains("olmo.model=" + folder);
    }

    @Test
    void anApplicationWhoseCacheDoesNotFitSaysWhatIsNeededAndWhatThereIs(@TempDir Path folder, CapturedOutput output)
            throws IOException {
        copyOfTheDemoModel(
                folder,
                "config.json",
                "generation_config.json",
                "model.safetensors",
                "tokenizer.json",
                "tokenizer_config.json");
        // The cache never grows larger than the contexts of all that run at once.
        Path config = folder.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replaceFirst("\"max_position_embeddings\": \\d+", "\"max_position_embeddings\": 1048576"));

        start("--olmo.model=" + folder, "--olmo.engine.max-running=1024", "--olmo.engine.kv-cache-size=100TB");

        assertThat(output)
                .contains("APPLICATION FAILED TO START", "The KV cache of ", "machine or container has")
                .contains("Lower olmo.engine.kv-cache-size")
                .contains("olmo.engine.kv-cache-size=100TB");
    }

    @Test
    void anApplicationWhoseBackendIsUnknownSaysWhichThereAre(@TempDir Path folder, CapturedOutput output)
            throws IOException {
        copyOfTheDemoModel(
                folder,
                "config.json",
                "generation_config.json",
                "model.safetensors",
                "tokenizer.json",
                "tokenizer_config.json");

        start("--olmo.model=" + folder, "--olmo.backend=tpu, npu");

        assertThat(output)
                .contains("APPLICATION FAILED TO START", "tpu: no such backend", "npu: no such backend", "[cpu]")
                .contains("olmo.backend=tpu, npu");
    }

    private static void copyOfTheDemoModel(Path folder, String... files) throws IOException {
        for (String file : files) {
            Files.copy(Path.of("../sample-app/src/main/resources/demo-model", file), folder.resolve(file));
        }
    }

    @Test
    void anApplicationWithABadValueNamesItsKey(CapturedOutput output) {
        start("--olmo.model=/no/such/folder", "--olmo.chat.temperature=NaN");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Invalid value 'NaN' for configuration property 'olmo.chat.temperature'")
                .contains("Allowed: 0 to 100");
    }

    @Test
    void anApplicationWithAnEmptyBackendNamesItsKey(CapturedOutput output) {
        start("--olmo.model=/no/such/folder", "--olmo.backend=");

        assertThat(output).contains("Invalid value '' for configuration property 'olmo.backend'");
    }
}
