package org.olmo4j.spring.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineStatus;

/**
 * What an engine holds and has done, under {@code olmo.engine}, with the tag {@code model}. The share of hits among
 * {@code olmo.engine.prefix.cache.tokens} is the hit rate of the prefix cache, the rate of {@code olmo.engine.generated.tokens} the speed in
 * tokens per second. Thread-safe.
 */
public final class EngineMetrics implements MeterBinder {

    private static final String PREFIX = "olmo.engine.";
    private static final String REQUESTS = "requests";
    private static final String BLOCKS = "blocks";
    private static final String TOKENS = "tokens";

    private final String model;
    private final Engine engine;

    /**
     * Measures an engine.
     *
     * @param model public name of its model
     * @param engine whose status is read whenever meters are
     */
    public EngineMetrics(String model, Engine engine) {
        this.model = model;
        this.engine = engine;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "requests.running", REQUESTS, "Requests that run.", EngineStatus::running);
        gauge(registry, "requests.queued", REQUESTS, "Requests that wait for a place.", EngineStatus::queued);
        gauge(
                registry,
                "kv.blocks.used",
                BLOCKS,
                "Blocks of keys and values that running requests use.",
                EngineStatus::keyValueBlocksUsed);
        gauge(
                registry,
                "kv.blocks.cached",
                BLOCKS,
                "Blocks of keys and values kept for prompts that begin alike.",
                EngineStatus::keyValueBlocksCached);
        gauge(
                registry,
                "kv.blocks.total",
                BLOCKS,
                "Blocks of keys and values there are.",
                EngineStatus::keyValueBlocksTotal);
        counter(
                registry,
                "prompt.tokens",
                TOKENS,
                Tags.empty(),
                "Prompt tokens processed.",
                EngineStatus::promptTokens);
        counter(registry, "generated.tokens", TOKENS, Tags.empty(), "Tokens generated.", EngineStatus::generatedTokens);
        String found = "Prompt tokens of started requests, by whether the prefix cache had them.";
        counter(
                registry,
                "prefix.cache.tokens",
                TOKENS,
                Tags.of("result", "hit"),
                found,
                EngineStatus::promptTokensCached);
        counter(registry, "prefix.cache.tokens", TOKENS, Tags.of("result", "miss"), found, EngineStatus::promptTokens);
        counter(
                registry,
                "preemptions",
                REQUESTS,
                Tags.empty(),
                "Times that a request lost its blocks to an older one.",
                EngineStatus::preemptions);
        counter(
                registry,
                "release.timeouts",
                REQUESTS,
                Tags.empty(),
                "Ends that were shown although a listener was not done with them.",
                EngineStatus::releaseTimeouts);
    }

    private void gauge(
            MeterRegistry registry,
            String name,
            String unit,
            String description,
            ToDoubleFunction<EngineStatus> figure) {
        Gauge.builder(PREFIX + name, engine, from -> figure.applyAsDouble(from.status()))
                .tag("model", model)
                .baseUnit(unit)
                .description(description)
                .register(registry);
    }

    private void counter(
            MeterRegistry registry,
            String name,
            String unit,
            Tags tags,
            String description,
            ToDoubleFunction<EngineStatus> figure) {
        FunctionCounter.builder(PREFIX + name, engine, from -> figure.applyAsDouble(from.status()))
                .tags(tags.and(Tag.of("model", model)))
                .baseUnit(unit)
                .description(description)
                .register(registry);
    }
}
