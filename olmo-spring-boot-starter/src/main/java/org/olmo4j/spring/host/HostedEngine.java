package org.olmo4j.spring.host;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineStatus;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.ModelIdentity;
import org.olmo4j.engine.Timings;
import org.olmo4j.engine.Usage;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.error.RetryLaterException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spec.OlmoSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands everything to the engine that runs behind a hosted model, whichever that is. */
final class HostedEngine implements Engine {

    private static final Logger log = LoggerFactory.getLogger(HostedEngine.class);
    private static final EngineStatus NOTHING = new EngineStatus(false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null);

    private final HostedModel model;
    private final List<GenerationListener> listeners;
    private final List<RequestGate> gates;

    HostedEngine(HostedModel model, List<GenerationListener> listeners, List<RequestGate> gates) {
        this.model = model;
        this.listeners = listeners;
        this.gates = gates;
    }

    @Override
    public Generation submit(GenerationRequest request) {
        return submitted(request, running -> running.submit(request));
    }

    @Override
    public List<Generation> submit(GenerationRequest request, int samples) {
        return submitted(request, running -> running.submit(request, samples));
    }

    private <T> T submitted(GenerationRequest request, Function<Engine, T> submission) {
        Engine running = refusable(request, () -> {
            Engine ready = model.running();
            gates.forEach(gate -> gate.admit(request));
            return ready;
        });
        try {
            return submission.apply(running);
        } catch (EngineClosedException closed) {
            if (running.status().failure() != null) {
                throw closed;
            }
            // It was replaced in between.
            return submission.apply(refusable(request, model::running));
        }
    }

    /** What is refused here never comes to an engine, so its end is told here. */
    private Engine refusable(GenerationRequest request, Supplier<Engine> attempt) {
        try {
            return attempt.get();
        } catch (RetryLaterException | BackendUnavailableException | EngineClosedException refusal) {
            tell(request, refusal);
            throw refusal;
        }
    }

    private void tell(GenerationRequest request, OlmoException refusal) {
        GenerationResult result = new GenerationResult(
                UUID.randomUUID().toString(),
                "",
                List.of(),
                FinishReason.REFUSED,
                Optional.empty(),
                Usage.NONE,
                new Timings(Instant.now(), Optional.empty(), Optional.empty(), Duration.ZERO),
                request.seed().orElse(0),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                refusal);
        for (GenerationListener listener : listeners) {
            try {
                var _ = listener.ended(request, result);
            } catch (RuntimeException failure) {
                // A listener is somebody else's: what it throws must not hide the refusal from the caller.
                log.warn("Listener {} failed", listener.getClass().getName(), failure);
            }
        }
    }

    @Override
    public OlmoSpec spec() {
        return model.facts().spec();
    }

    @Override
    public @Nullable ModelText text() {
        return model.facts().text();
    }

    @Override
    public SamplingOptions defaultSampling() {
        return model.facts().defaultSampling();
    }

    /** Unknown until it runs, since the backend is a part of it. */
    @Override
    public Optional<ModelIdentity> identity() {
        return model.runningNow().flatMap(Engine::identity);
    }

    @Override
    public EngineStatus status() {
        return model.runningNow().map(Engine::status).orElse(NOTHING);
    }

    @Override
    public boolean drain(Duration timeout) throws InterruptedException {
        Optional<Engine> running = model.runningNow();
        return running.isEmpty() || running.get().drain(timeout);
    }

    @Override
    public void resume() {
        model.runningNow().ifPresent(Engine::resume);
    }

    /** The model is closed instead, by whoever started it. */
    @Override
    public void close() {}
}
