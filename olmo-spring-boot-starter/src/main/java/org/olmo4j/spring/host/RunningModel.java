package org.olmo4j.spring.host;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.host.ModelLoader.Loaded;

/** A model that was loaded on a backend, from then until it is taken out of service. */
final class RunningModel {

    private final HostedBackends owner;
    private final HostedBackend backend;
    private final Loaded loaded;
    private volatile @Nullable OlmoException takenOutBy;

    RunningModel(HostedBackends owner, HostedBackend backend, Loaded loaded) {
        this.owner = owner;
        this.backend = backend;
        this.loaded = loaded;
    }

    /** Those among which it is. */
    HostedBackends owner() {
        return owner;
    }

    HostedBackend backend() {
        return backend;
    }

    Loaded loaded() {
        return loaded;
    }

    Engine engine() {
        return loaded.engine();
    }

    /** The failure for which it was taken out of service; its engine is closed, or is about to be. */
    Optional<OlmoException> takenOutBy() {
        return Optional.ofNullable(takenOutBy);
    }

    void takeOut(OlmoException failure) {
        takenOutBy = failure;
    }

    /** Gives back the permission of a generation that says nothing about the device. */
    void release() {
        backend.breaker().released();
    }
}
