package org.olmo4j.spring.host;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.DeviceSuspendedException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.host.HostedBackend.Stage;
import org.olmo4j.spring.host.ModelLoader.Checked;

/** The backends of a model in the order in which they are asked, and what follows from where they stand. Guarded by the lock of {@link HostedBackends}. */
final class BackendOrder {

    /** When it is worth trying again as soon as possible. */
    static final Duration SOON = Duration.ofSeconds(1);

    private final String model;
    private final List<HostedBackend> backends = new ArrayList<>();

    BackendOrder(String model, List<Checked.Backend> candidates, DeviceBreakers breakers, LostDevices lost) {
        this.model = model;
        for (Checked.Backend candidate : candidates) {
            DeviceBreaker breaker = breakers.breaker(candidate.name());
            Optional<OlmoException> reason = lost.reason(candidate.name()).or(breaker::lostBy);
            backends.add(new HostedBackend(candidate.name(), breaker, firstStage(candidate, reason)));
        }
    }

    private static Stage firstStage(Checked.Backend candidate, Optional<OlmoException> lost) {
        if (lost.isPresent()) {
            return new Stage.Failed(lost.get(), false);
        }
        return candidate.reasons().isEmpty()
                ? new Stage.Standby()
                : new Stage.Unavailable(String.join("; ", candidate.reasons()));
    }

    int count() {
        return backends.size();
    }

    List<BackendStatus> statuses() {
        return backends.stream().map(HostedBackend::status).toList();
    }

    /** All that are loaded, whether their breakers are open or not. */
    List<RunningModel> running() {
        List<RunningModel> running = new ArrayList<>();
        for (HostedBackend backend : backends) {
            if (backend.stage() instanceof Stage.Running(RunningModel found)) {
                running.add(found);
            }
        }
        return running;
    }

    /** The one that answers. */
    @Nullable
    RunningModel answering() {
        for (HostedBackend backend : backends) {
            RunningModel running = backend.answering();
            if (running != null) {
                return running;
            }
        }
        return null;
    }

    Optional<HostedBackend> loading() {
        return backends.stream()
                .filter(backend -> backend.stage() instanceof Stage.Loading)
                .findFirst();
    }

    /** Marks the first that stands by as being loaded; null if none does. */
    @Nullable
    HostedBackend beginLoad() {
        for (HostedBackend backend : backends) {
            if (backend.stage() instanceof Stage.Standby) {
                backend.become(new Stage.Loading(0, 0));
                return backend;
            }
        }
        return null;
    }

    /** None of those that could still be loaded will be. */
    void giveUp(OlmoException failure) {
        for (HostedBackend backend : backends) {
            if (backend.stage() instanceof Stage.Standby || backend.stage() instanceof Stage.Loading) {
                backend.become(new Stage.Failed(failure, false));
            }
        }
    }

    /** Whether a backend but this one answers, or can be loaded. */
    boolean canAnswer(@Nullable HostedBackend except) {
        return backends.stream()
                .filter(backend -> backend != except)
                .anyMatch(backend -> backend.answering() != null
                        || backend.stage() instanceof Stage.Standby
                        || backend.stage() instanceof Stage.Loading);
    }

    /** Whether none will ever answer. */
    boolean isLost() {
        return !canAnswer(null) && backends.stream().noneMatch(HostedBackend::recovers);
    }

    /** When a request that was broken off had better be sent again; empty if that is of no use. */
    Optional<Duration> retryAfter() {
        return canAnswer(null) ? Optional.of(SOON) : suspension();
    }

    /** How long until one of those that are left alone is tried again; empty if there is none. */
    private Optional<Duration> suspension() {
        return backends.stream()
                .filter(HostedBackend::recovers)
                .map(backend -> backend.breaker().retryAfter().orElse(SOON))
                .min(Duration::compareTo)
                .map(wait -> wait.compareTo(SOON) < 0 ? SOON : wait);
    }

    HostedState state() {
        RunningModel running = answering();
        if (running != null) {
            return new HostedState.Ready(running.loaded().description());
        }
        Optional<HostedBackend> loading = loading();
        if (loading.isPresent() && loading.get().stage() instanceof Stage.Loading(long done, long total)) {
            return new HostedState.Loading(done, total);
        }
        if (canAnswer(null)) {
            return new HostedState.Loading(0, 0);
        }
        return suspension()
                .<HostedState>map(wait -> new HostedState.Suspended(reasons(), wait))
                .orElseGet(() -> new HostedState.Failed(failure()));
    }

    /** What a request is told where nothing answers. */
    OlmoException refusal() {
        Optional<Duration> wait = suspension();
        if (wait.isPresent()) {
            return new DeviceSuspendedException(
                    "The model '" + model + "' cannot answer for the time being (" + reasons() + ")", wait.get());
        }
        OlmoException failure = failure();
        return new BackendUnavailableException(
                "The model '" + model + "' cannot answer: " + failure.problem(), failure.hint(), failure);
    }

    /** Why nothing can answer: the backend's own reason if one has failed, or those of all. */
    OlmoException failure() {
        List<OlmoException> failures = backends.stream()
                .flatMap(backend ->
                        backend.stage() instanceof Stage.Failed failed ? Stream.of(failed.error()) : Stream.empty())
                .distinct()
                .toList();
        return failures.size() == 1
                ? failures.getFirst()
                : new BackendUnavailableException(
                        "No backend can run the model '" + model + "' (" + reasons() + ")",
                        failures.isEmpty()
                                ? "Name another one by olmo.backend"
                                : failures.getLast().hint(),
                        failures.isEmpty() ? null : failures.getFirst());
    }

    /** Who answers or will, for a line in the log. */
    String others() {
        RunningModel other = answering();
        if (other != null) {
            return "backend " + other.backend().name() + " answers";
        }
        return loading()
                .map(loading -> "backend " + loading.name() + " is being loaded")
                .orElse("none is left");
    }

    private String reasons() {
        return statuses().stream()
                .map(status -> status.name() + ": " + status.detail())
                .collect(Collectors.joining("; "));
    }
}
