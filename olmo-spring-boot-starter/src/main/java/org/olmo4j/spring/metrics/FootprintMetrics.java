package org.olmo4j.spring.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.olmo4j.energy.carbon.Emission;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;

/**
 * Counts what the requests of a model cost: {@code olmo.energy.active} and {@code olmo.energy.full} in joules, {@code olmo.co2e} in grams by
 * basis, each with the tag {@code provenance}, and {@code olmo.energy.requests} by whether their energy is known. Users are no tags, since
 * there may be any number of them. Thread-safe.
 */
public final class FootprintMetrics implements GenerationListener {

    private final String model;
    private final MeterProvider<Counter> active;
    private final MeterProvider<Counter> full;
    private final MeterProvider<Counter> emissions;
    private final MeterProvider<Counter> requests;

    /**
     * Counts for one model.
     *
     * @param model its public name
     * @param registry where the meters are
     */
    public FootprintMetrics(String model, MeterRegistry registry) {
        this.model = model;
        this.active = Counter.builder("olmo.energy.active")
                .baseUnit("joules")
                .description("Energy of requests beyond what an idle machine draws.")
                .withRegistry(registry);
        this.full = Counter.builder("olmo.energy.full")
                .baseUnit("joules")
                .description("Energy of requests with their share of what an idle machine draws.")
                .withRegistry(registry);
        this.emissions = Counter.builder("olmo.co2e")
                .baseUnit("grams")
                .description("Operational emissions of requests in CO2 equivalents.")
                .withRegistry(registry);
        this.requests = Counter.builder("olmo.energy.requests")
                .baseUnit("requests")
                .description("Requests that ran, by whether their energy is known.")
                .withRegistry(registry);
    }

    @Override
    public CompletionStage<?> ended(GenerationRequest request, GenerationResult result) {
        result.footprint().ifPresent(this::count);
        return CompletableFuture.completedStage(null);
    }

    private void count(Footprint footprint) {
        boolean known = footprint.energy().full().isPresent();
        requests.withTags("model", model, "known", Boolean.toString(known)).increment();
        footprint
                .energy()
                .active()
                .ifPresent(amount ->
                        active.withTags(tags(amount.provenance().name())).increment(amount.joules()));
        footprint
                .energy()
                .full()
                .ifPresent(amount ->
                        full.withTags(tags(amount.provenance().name())).increment(amount.joules()));
        footprint.locationBased().ifPresent(emission -> count("location", emission));
        footprint.marketBased().ifPresent(emission -> count("market", emission));
    }

    private void count(String basis, Emission emission) {
        emissions
                .withTags(tags(emission.provenance().name()).and("basis", basis))
                .increment(emission.grams());
    }

    private Tags tags(String provenance) {
        return Tags.of("model", model, "provenance", provenance);
    }
}
