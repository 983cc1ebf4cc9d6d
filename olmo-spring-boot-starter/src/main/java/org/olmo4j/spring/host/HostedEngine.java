package org.olmo4j.spring.host;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineOptions;
import org.olmo4j.engine.EngineStatus;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationId;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.ModelIdentity;
import org.olmo4j.engine.Timings;
import org.olmo4j.engine.Usage;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.error.RetryLaterException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spec.OlmoSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine that stands before those of a hosted model's backends. It hands each request to the backend that answers, hears of its end there by
 * that engine's only listener, and either tells the application's listeners or has it run again elsewhere: they hear of one end for each request,
 * the one that its caller sees.
 */
final class HostedEngine implements Engine {

    private static final Logger log = LoggerFactory.getLogger(HostedEngine.class);

    private static final Executor LATER =
            task -> Thread.ofVirtual().name("olmo-end").start(task);

    private final HostedModel model;
    private final List<GenerationListener> listeners;
    private final List<RequestGate> gates;
    private final InFlight inFlight = new InFlight();

    HostedEngine(HostedModel model, List<GenerationListener> listeners, List<RequestGate> gates) {
        this.model = model;
        this.listeners = listeners;
        this.gates = gates;
    }

    @Override
    public Generation submit(GenerationRequest request) {
        return relayed(request, 1).getFirst();
    }

    @Override
    public List<Generation> submit(GenerationRequest request, int samples) {
        return relayed(request, samples);
    }

    private List<Generation> relayed(GenerationRequest request, int samples) {
        RequestStart start = RequestStart.now();
        RunningModel first = refusable(request, () -> admitted(request, samples));
        List<RelayedRequest> relays = refusable(request, () -> relays(request, samples, start, first));
        RunningModel running = first;
        while (true) {
            GenerationRequest attempt =
                    request.mutate().attempt(start.attempt()).build();
            try {
                List<Generation> handles = samples == 1
                        ? List.of(running.engine().submit(attempt))
                        : running.engine().submit(attempt, samples);
                for (int i = 0; i < samples; i++) {
                    relays.get(i).runsAs(handles.get(i));
                }
                return relays.stream().<Generation>map(RelayedGeneration::new).toList();
            } catch (RuntimeException refusal) {
                boolean again = relays.stream().anyMatch(relay -> relay.movesOn(refusal));
                relays.forEach(RelayedRequest::giveUp);
                if (!again) {
                    throw refusal;
                }
                RunningModel next = refusable(request, () -> model.acquire(samples, model.requestWait()));
                relays = refusable(request, () -> relays(request, samples, start, next));
                running = next;
            } catch (Error broken) {
                relays.forEach(RelayedRequest::giveUp);
                throw broken;
            }
        }
    }

    private RunningModel admitted(GenerationRequest request, int samples) {
        // Before a load is waited for.
        inFlight.requireOpen();
        RunningModel running = model.acquire(samples, model.requestWait());
        try {
            gates.forEach(gate -> gate.admit(request));
            return running;
        } catch (RuntimeException | Error refusal) {
            for (int i = 0; i < samples; i++) {
                running.release();
            }
            throw refusal;
        }
    }

    /** Known by their ids before the engine is, which may end them at once. */
    private List<RelayedRequest> relays(
            GenerationRequest request, int samples, RequestStart start, RunningModel running) {
        List<RelayedRequest> relays = new ArrayList<>();
        for (int i = 0; i < samples; i++) {
            GenerationRequest sample = i == 0
                    ? request
                    : request.mutate().sampleIndex(request.sampleIndex() + i).build();
            relays.add(new RelayedRequest(this, model, sample, start.sample(i), running));
        }
        try {
            inFlight.add(relays);
            return relays;
        } catch (EngineBusyException drained) {
            relays.forEach(RelayedRequest::giveUp);
            throw drained;
        }
    }

    /** What is refused here never comes to an engine, so its end is told here. */
    private <T> T refusable(GenerationRequest request, Supplier<T> attempt) {
        try {
            return attempt.get();
        } catch (RetryLaterException | BackendUnavailableException | EngineClosedException refusal) {
            var _ = tell(request, refused(request, refusal));
            throw refusal;
        }
    }

    private static GenerationResult refused(GenerationRequest request, OlmoException refusal) {
        return new GenerationResult(
                GenerationId.next(),
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
    }

    /** What the engine of a backend is given. No listener itself, since an engine is a bean, and beans that are listeners hear of every model. */
    GenerationListener backendListener() {
        return new BackendListener();
    }

    private final class BackendListener implements GenerationListener {

        /** Told once, whatever attempts follow. */
        @Override
        public void admitted(String id, GenerationRequest request, Instant received) {
            RelayedRequest relay = inFlight.get(id);
            if (relay == null || relay.firstAdmission()) {
                tellAdmitted(id, request.mutate().attempt(null).build(), received);
            }
        }

        @Override
        public boolean attemptsAgain(GenerationRequest request, GenerationResult result) {
            RelayedRequest relay = inFlight.get(result.id());
            return relay != null && relay.attemptsAgain(result);
        }

        @Override
        public CompletionStage<?> ended(GenerationRequest request, GenerationResult result) {
            RelayedRequest relay = inFlight.get(result.id());
            return relay == null ? tell(request.mutate().attempt(null).build(), result) : relay.ended(result);
        }

        /** The application hears of it if no other backend is left. */
        @Override
        public void engineFailed(Throwable cause) {
            model.serving().ifPresent(backends -> backends.engineFailed(cause));
        }
    }

    void forget(RelayedRequest relay) {
        inFlight.remove(relay);
    }

    /**
     * Tells the application's listeners of the end of a request that is in flight, when all is known of it; it is not in flight any more afterwards.
     *
     * @return completes, never exceptionally, when all are done
     */
    CompletableFuture<Void> tellEnd(
            RelayedRequest relay, GenerationRequest request, CompletableFuture<GenerationResult> end) {
        // What it has cost becomes known on the thread that reads the meters, which listeners must not hold up.
        CompletableFuture<Void> told =
                end.isDone() ? tell(request, end.join()) : end.thenComposeAsync(result -> tell(request, result), LATER);
        var _ = told.copy()
                .completeOnTimeout(null, EngineOptions.DEFAULT.releaseTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .thenRun(() -> forget(relay));
        return told;
    }

    private void tellAdmitted(String id, GenerationRequest request, Instant received) {
        for (GenerationListener listener : listeners) {
            try {
                listener.admitted(id, request, received);
            } catch (Throwable failure) { // NOPMD: a listener is somebody else's: it must not cost the others anything
                warn(listener, failure);
            }
        }
    }

    /**
     * Tells the application's listeners.
     *
     * @return completes, never exceptionally, when all are done
     */
    CompletableFuture<Void> tell(GenerationRequest request, GenerationResult result) {
        return CompletableFuture.allOf(listeners.stream()
                .map(listener -> tell(listener, request, result))
                .toArray(CompletableFuture<?>[]::new));
    }

    private static CompletableFuture<Void> tell(
            GenerationListener listener, GenerationRequest request, GenerationResult result) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            listener.ended(request, result).whenComplete((value, failure) -> {
                if (failure != null) {
                    warn(listener, failure);
                }
                done.complete(null);
            });
        } catch (Throwable failure) { // NOPMD: a listener is somebody else's: it must not cost a caller the end
            warn(listener, failure);
            done.complete(null);
        }
        return done;
    }

    private static void warn(GenerationListener listener, Throwable failure) {
        log.warn("Listener {} failed", listener.getClass().getName(), failure);
    }

    /** The last backend was lost. */
    void nothingLeft(OlmoException cause) {
        for (GenerationListener listener : listeners) {
            try {
                listener.engineFailed(cause);
            } catch (Throwable failure) { // NOPMD: the other listeners are to hear of it too
                warn(listener, failure);
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

    /** Of the backend that answers now. Unknown until it runs, since the backend is a part of it. */
    @Override
    public Optional<ModelIdentity> identity() {
        return model.serving()
                .flatMap(HostedBackends::current)
                .flatMap(running -> running.engine().identity());
    }

    @Override
    public EngineStatus status() {
        return EngineTotals.withRequests(
                model.serving().map(HostedBackends::status).orElse(EngineTotals.NOTHING),
                inFlight.draining(),
                inFlight.betweenAttempts());
    }

    /** Here first, since a request may be between two engines, of which the next one has to take it. Then the engines' callers see their ends. */
    @Override
    public boolean drain(Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        if (!inFlight.drain(timeout)) {
            return false;
        }
        Optional<HostedBackends> serving = model.serving();
        Duration left = timeout.minusNanos(System.nanoTime() - start);
        return serving.isEmpty() || serving.get().drain(left.isNegative() ? Duration.ZERO : left);
    }

    @Override
    public void resume() {
        inFlight.resume();
        model.serving().ifPresent(HostedBackends::resume);
    }

    /** The model is closed instead, by whoever started it. */
    @Override
    public void close() {}
}
