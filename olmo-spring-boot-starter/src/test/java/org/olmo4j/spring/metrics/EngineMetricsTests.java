package org.olmo4j.spring.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.spring.testing.ScriptedEngine;

class EngineMetricsTests {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ScriptedEngine engine = ScriptedEngine.withoutTokenizer();

    EngineMetricsTests() {
        new EngineMetrics("OLMo-2-1B", engine).bindTo(registry);
    }

    // The figures are those of the scripted engine's status.
    @ParameterizedTest
    @CsvSource({
        "requests.running, 2, requests",
        "requests.queued, 3, requests",
        "kv.blocks.used, 40, blocks",
        "kv.blocks.cached, 8, blocks",
        "kv.blocks.total, 64, blocks"
    })
    void showsWhatTheEngineHolds(String name, double value, String unit) {
        Meter meter = registry.get("olmo.engine." + name).gauge();

        assertThat(registry.get("olmo.engine." + name).gauge().value()).isEqualTo(value);
        assertThat(meter.getId().getBaseUnit()).isEqualTo(unit);
    }

    @ParameterizedTest
    @CsvSource({
        "prompt.tokens, 2000, tokens",
        "generated.tokens, 1000, tokens",
        "preemptions, 4, requests",
        "release.timeouts, 5, requests"
    })
    void countsWhatTheEngineHasDone(String name, double count, String unit) {
        Meter meter = registry.get("olmo.engine." + name).functionCounter();

        assertThat(registry.get("olmo.engine." + name).functionCounter().count())
                .isEqualTo(count);
        assertThat(meter.getId().getBaseUnit()).isEqualTo(unit);
    }

    @Test
    void hitsOfThePrefixCacheAreTokensFoundAndMissesThoseThatHadToBeProcessed() {
        assertThat(prefixTokens("hit")).isEqualTo(600);
        assertThat(prefixTokens("miss")).isEqualTo(2000);
    }

    private double prefixTokens(String result) {
        return registry.get("olmo.engine.prefix.cache.tokens")
                .tag("result", result)
                .functionCounter()
                .count();
    }

    @Test
    void everyMeterNamesItsModelAndSaysWhatItIs() {
        assertThat(registry.getMeters()).hasSize(11).allSatisfy(meter -> {
            assertThat(meter.getId().getTag("model")).isEqualTo("OLMo-2-1B");
            assertThat(meter.getId().getDescription()).endsWith(".");
        });
    }

    @Test
    void twoModelsHaveMetersOfTheirOwn() {
        new EngineMetrics("OLMo-2-7B", engine).bindTo(registry);

        assertThat(registry.get("olmo.engine.requests.running").gauges())
                .extracting(gauge -> gauge.getId().getTag("model"))
                .containsExactlyInAnyOrderElementsOf(List.of("OLMo-2-1B", "OLMo-2-7B"));
    }
}
