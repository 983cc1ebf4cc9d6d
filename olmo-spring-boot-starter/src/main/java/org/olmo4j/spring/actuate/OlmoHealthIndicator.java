package org.olmo4j.spring.actuate;

import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineStatus;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Up as long as the engine can generate. A full queue is load, not illness: the figures show it. Thread-safe. */
public class OlmoHealthIndicator extends AbstractHealthIndicator {

    private final String model;
    private final @Nullable String backend;
    private final Engine engine;

    /**
     * Watches an engine.
     *
     * @param model public name of its model
     * @param backend what computes it; null if not known
     * @param engine whose status is shown
     */
    public OlmoHealthIndicator(String model, @Nullable String backend, Engine engine) {
        super("The status of the OLMo engine cannot be read");
        this.model = model;
        this.backend = backend;
        this.engine = engine;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        EngineStatus status = engine.status();
        if (status.failure() == null) {
            builder.up();
        } else {
            builder.down().withDetail("failure", status.failure());
        }
        builder.withDetail("model", model);
        if (backend != null) {
            builder.withDetail("backend", backend);
        }
        builder.withDetail("running", status.running())
                .withDetail("queued", status.queued())
                .withDetail("kvBlocksUsed", status.keyValueBlocksUsed())
                .withDetail("kvBlocksCached", status.keyValueBlocksCached())
                .withDetail("kvBlocksTotal", status.keyValueBlocksTotal())
                .withDetail("promptTokens", status.promptTokens())
                .withDetail("generatedTokens", status.generatedTokens())
                .withDetail("prefixCacheTokensLooked", status.promptTokensLooked())
                .withDetail("prefixCacheTokensHit", status.promptTokensCached())
                .withDetail("preemptions", status.preemptions())
                .withDetail("releaseTimeouts", status.releaseTimeouts());
    }
}
