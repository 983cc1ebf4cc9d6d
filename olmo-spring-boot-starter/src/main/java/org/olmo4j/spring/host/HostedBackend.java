package org.olmo4j.spring.host;

import org.jspecify.annotations.Nullable;
import org.olmo4j.error.OlmoException;

/** One of the backends of a model. What changes is guarded by the lock of {@link HostedBackends}. */
final class HostedBackend {

    /** How far it has come. */
    sealed interface Stage {

        record Unavailable(String reasons) implements Stage {}

        record Standby() implements Stage {}

        record Loading(long doneBytes, long totalBytes) implements Stage {}

        record Running(RunningModel model) implements Stage {}

        /** Recovers: it is tried again by itself. */
        record Failed(OlmoException error, boolean recovers) implements Stage {}
    }

    private final String name;
    private final DeviceBreaker breaker;
    private Stage stage;

    HostedBackend(String name, DeviceBreaker breaker, Stage stage) {
        this.name = name;
        this.breaker = breaker;
        this.stage = stage;
    }

    String name() {
        return name;
    }

    DeviceBreaker breaker() {
        return breaker;
    }

    Stage stage() {
        return stage;
    }

    void become(Stage next) {
        stage = next;
    }

    /** The model on it, if it is in service and left in peace. */
    @Nullable
    RunningModel answering() {
        return stage instanceof Stage.Running(RunningModel model) && !breaker.open() ? model : null;
    }

    /** Takes a permission for each sample of a request, all or none; not holding a lock, since a breaker has listeners. */
    boolean acquired(int samples) {
        for (int taken = 0; taken < samples; taken++) {
            if (!breaker.tryAcquire()) {
                for (int i = 0; i < taken; i++) {
                    breaker.released();
                }
                return false;
            }
        }
        return true;
    }

    /** Whether it may be asked again without anybody's help. */
    boolean recovers() {
        return stage instanceof Stage.Running || (stage instanceof Stage.Failed failed && failed.recovers());
    }

    BackendStatus status() {
        return switch (stage) {
            case Stage.Unavailable(String reasons) ->
                new BackendStatus(name, BackendStatus.Standing.UNAVAILABLE, reasons);
            case Stage.Standby() -> new BackendStatus(name, BackendStatus.Standing.STANDBY, null);
            case Stage.Loading loading -> new BackendStatus(name, BackendStatus.Standing.LOADING, null);
            case Stage.Running(RunningModel model)
            when breaker.open() ->
                new BackendStatus(name, BackendStatus.Standing.SUSPENDED, "its circuit breaker is open");
            case Stage.Running(RunningModel model) ->
                new BackendStatus(
                        name, BackendStatus.Standing.READY, model.loaded().description());
            case Stage.Failed(OlmoException error, boolean recovers) ->
                new BackendStatus(
                        name,
                        recovers ? BackendStatus.Standing.SUSPENDED : BackendStatus.Standing.FAILED,
                        error.problem());
        };
    }
}
