package org.olmo4j.spring.actuate;

import org.olmo4j.engine.EngineStatus;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.host.HostedState;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up as long as the model can answer; out of service while it is being loaded or drained; down if it could not be loaded or its engine died.
 * A full queue is load, not illness: the figures show it. Thread-safe.
 */
public class OlmoHealthIndicator extends AbstractHealthIndicator {

    private final HostedModel model;

    /**
     * Watches a model.
     *
     * @param model whose state is shown
     */
    public OlmoHealthIndicator(HostedModel model) {
        super("The state of the OLMo model cannot be read");
        this.model = model;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        builder.withDetail("model", model.name());
        switch (model.state()) {
            case HostedState.Loading loading ->
                builder.outOfService()
                        .withDetail("state", "loading")
                        .withDetail("loadedBytes", loading.doneBytes())
                        .withDetail("totalBytes", loading.totalBytes());
            case HostedState.Failed failed ->
                builder.down()
                        .withDetail("state", "failed")
                        .withDetail("failure", failed.error().problem());
            case HostedState.Closed closed -> builder.outOfService().withDetail("state", "closed");
            case HostedState.Ready ready -> {
                if (ready.backend() != null) {
                    builder.withDetail("backend", ready.backend());
                }
                engine(builder, model.engine().status());
            }
        }
    }

    private static void engine(Health.Builder builder, EngineStatus status) {
        if (status.failure() != null) {
            builder.down().withDetail("failure", status.failure());
        } else if (status.draining()) {
            builder.outOfService().withDetail("state", "draining");
        } else {
            builder.up();
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
