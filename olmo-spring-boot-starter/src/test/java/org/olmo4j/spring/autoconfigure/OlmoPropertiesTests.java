package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.backend.KeyValueType;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.WeightType;
import org.olmo4j.engine.Deadlines;
import org.olmo4j.engine.EngineOptions;
import org.olmo4j.spring.chat.OlmoChatOptions;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class OlmoPropertiesTests {

    private static OlmoProperties bind(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("olmo", OlmoProperties.class);
    }

    @Test
    void nothingNeedsToBeSet() {
        OlmoProperties properties = bind(Map.of());

        assertThat(properties.backend()).isEqualTo("auto");
        assertThat(properties.engine().options()).isEqualTo(EngineOptions.DEFAULT);
        assertThat(properties.engine().loadOptions())
                .isEqualTo(LoadOptions.builder().maxStepRows(8).build());
        assertThat(properties.chat().options())
                .isEqualTo(OlmoChatOptions.builder().build());
    }

    @Test
    void bindsTheEnginesBounds() {
        OlmoProperties properties = bind(Map.of(
                "olmo.engine.max-running", "16",
                "olmo.engine.max-queued", "0",
                "olmo.engine.prefill-chunk-tokens", "1024",
                "olmo.engine.step-time-budget", "50ms",
                "olmo.engine.threads", "4",
                "olmo.engine.kv-cache-size", "512MB",
                "olmo.engine.queue-timeout", "2s",
                "olmo.engine.first-token-timeout", "5s",
                "olmo.engine.total-timeout", "1m",
                "olmo.engine.release-timeout", "500ms"));

        assertThat(properties.engine().options())
                .isEqualTo(new EngineOptions(
                        16,
                        0,
                        EngineOptions.DEFAULT.maxPromptTokens(),
                        1024,
                        Duration.ofMillis(50),
                        true,
                        new Deadlines(
                                Optional.of(Duration.ofSeconds(2)),
                                Optional.of(Duration.ofSeconds(5)),
                                Optional.of(Duration.ofMinutes(1))),
                        Duration.ofMillis(500)));
        // A step holds a chunk of one request and a token of each of the others.
        assertThat(properties.engine().loadOptions())
                .isEqualTo(LoadOptions.builder()
                        .threads(4)
                        .keyValueCacheBytes(512L * 1024 * 1024)
                        .maxStepTokens(1024 + 16)
                        .maxStepRows(16)
                        .build());
    }

    @Test
    void bindsTheFormOfWeightsKeysAndValues() {
        OlmoProperties properties = bind(Map.of(
                "olmo.weights", "int4",
                "olmo.embedding-weights", "bf16",
                "olmo.engine.kv-cache-type", "bf16",
                "olmo.load.weight-folder", "converted",
                "olmo.models.exact.model", "folder"));

        LoadOptions options = properties.unnamed().loadOptions(properties.load());
        assertThat(options.weights()).isEqualTo(WeightType.INT4);
        assertThat(options.embeddingWeights()).contains(WeightType.BF16);
        assertThat(options.keyValues()).isEqualTo(KeyValueType.BF16);
        assertThat(options.weightCache()).contains(Path.of("converted"));
        assertThat(properties
                        .models()
                        .get("exact")
                        .loadOptions(properties.load())
                        .weights())
                .isEqualTo(WeightType.STORED);
    }

    @Test
    void bindsEveryChatOption() {
        OlmoProperties properties = bind(Map.ofEntries(
                Map.entry("olmo.chat.temperature", "0.5"),
                Map.entry("olmo.chat.top-k", "40"),
                Map.entry("olmo.chat.top-p", "0.9"),
                Map.entry("olmo.chat.min-p", "0.05"),
                Map.entry("olmo.chat.max-tokens", "100"),
                Map.entry("olmo.chat.stop-sequences", "END"),
                Map.entry("olmo.chat.repetition-penalty", "1.1"),
                Map.entry("olmo.chat.frequency-penalty", "0.2"),
                Map.entry("olmo.chat.presence-penalty", "0.1"),
                Map.entry("olmo.chat.logit-bias[5]", "-100"),
                Map.entry("olmo.chat.seed", "42"),
                Map.entry("olmo.chat.log-probabilities", "3"),
                Map.entry("olmo.chat.user", "ada"),
                Map.entry("olmo.chat.ignore-end-of-text", "true")));

        assertThat(properties.chat().options())
                .isEqualTo(OlmoChatOptions.builder()
                        .temperature(0.5)
                        .topK(40)
                        .topP(0.9)
                        .minP(0.05)
                        .maxTokens(100)
                        .stopSequences(List.of("END"))
                        .repetitionPenalty(1.1)
                        .frequencyPenalty(0.2)
                        .presencePenalty(0.1)
                        .logitBias(Map.of(5, -100.0))
                        .seed(42L)
                        .logProbabilities(3)
                        .user("ada")
                        .ignoreEndOfText(true)
                        .build());
    }

    @ParameterizedTest
    @CsvSource({
        "olmo.engine.max-running, 0",
        "olmo.engine.max-queued, -1",
        "olmo.engine.step-time-budget, 0s",
        "olmo.engine.prefill-chunk-tokens, 0",
        "olmo.engine.threads, -1",
        "olmo.engine.kv-cache-size, -1MB",
        "olmo.engine.queue-timeout, -1s",
        "olmo.engine.first-token-timeout, 0s",
        "olmo.engine.total-timeout, -1s",
        "olmo.engine.release-timeout, 0s",
        "olmo.chat.temperature, NaN",
        "olmo.chat.top-k, -1",
        "olmo.chat.top-p, 1.5",
        "olmo.chat.min-p, -0.1",
        "olmo.chat.max-tokens, -1",
        "olmo.chat.repetition-penalty, 0",
        "olmo.chat.frequency-penalty, 3",
        "olmo.chat.presence-penalty, -3",
        "olmo.chat.logit-bias, 101",
        "olmo.chat.log-probabilities, 101"
    })
    void namesTheKeyOfAValueOutOfItsRange(String key, String value) {
        OlmoProperties properties = bind(Map.of(key.endsWith("bias") ? key + "[1]" : key, value));

        assertThatThrownBy(() -> {
                    properties.engine().loadOptions();
                    properties.chat().options();
                })
                .isInstanceOfSatisfying(
                        InvalidConfigurationPropertyValueException.class,
                        e -> assertThat(e.getName()).isEqualTo(key));
    }

    @Test
    void namesTheKeyOfTooManyStopSequences() {
        OlmoProperties properties = bind(Map.of("olmo.chat.stop-sequences", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q"));

        assertThatThrownBy(() -> properties.chat().options())
                .isInstanceOfSatisfying(
                        InvalidConfigurationPropertyValueException.class,
                        e -> assertThat(e.getName()).isEqualTo("olmo.chat.stop-sequences"));
    }

    @ParameterizedTest
    @CsvSource({
        "/models/OLMo-2-0425-1B-Instruct, OLMo-2-0425-1B-Instruct",
        "/models/OLMo-2-0425-1B-Instruct/, OLMo-2-0425-1B-Instruct",
        "/models/./x/../y, y",
        "classpath:demo-model, demo-model",
        "classpath:/models/demo/, demo",
        "classpath:/, olmo",
        "/, olmo"
    })
    void theLastPartOfTheLocationIsThePublicName(String location, String name) {
        assertThat(bind(Map.of("olmo.model", location)).publicName()).isEqualTo(name);
    }

    @Test
    void aRelativeLocationHasTheNameOfItsFolder() {
        assertThat(bind(Map.of("olmo.model", ".")).publicName())
                .isEqualTo(Path.of("").toAbsolutePath().getFileName().toString());
    }

    @Test
    void aNameThatIsSetIsThePublicName() {
        assertThat(bind(Map.of("olmo.model", "/models/x", "olmo.name", "assistant"))
                        .publicName())
                .isEqualTo("assistant");
    }
}
