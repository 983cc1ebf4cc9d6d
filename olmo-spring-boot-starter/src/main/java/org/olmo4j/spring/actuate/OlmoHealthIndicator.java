package org.olmo4j.spring.actuate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.olmo4j.engine.EngineStatus;
import org.olmo4j.spring.host.BackendStatus;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.host.HostedState;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up as long as the model can answer, on whichever backend; out of service while it is being loaded or drained, or its devices are left alone after
 * they failed; down if it could not be loaded, or what it was loaded on is lost.
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
        if (!model.backends().isEmpty()) {
            builder.withDetail("backends", backends(model.backends()));
        }
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
            case HostedState.Suspended suspended ->
                builder.outOfService()
                        .withDetail("state", "suspended")
                        .withDetail("failure", suspended.reasons())
                        .withDetail("retryAfterSeconds", suspended.retryAfter().toSeconds());
            case HostedState.Closed closed -> builder.outOfService().withDetail("state", "closed");
            case HostedState.Ready ready -> {
                if (ready.backend() != null) {
                    builder.withDetail("backend", ready.backend());
                }
                engine(builder, model.engine().status());
            }
        }
    }

    /** Which answers, and why the others do not. */
    private static Map<String, String> backends(List<BackendStatus> backends) {
        Map<String, String> standings = new LinkedHashMap<>();
        for (BackendStatus backend : backends) {
            String standing = backend.standing().name().toLowerCase(Locale.ROOT);
            boolean told = backend.detail() == null || backend.standing() == BackendStatus.Standing.READY;
            standings.put(backend.name(), told ? standing : standing + ": " + backend.detail());
        }
        return standings;
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
