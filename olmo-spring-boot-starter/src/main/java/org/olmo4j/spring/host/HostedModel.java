package org.olmo4j.spring.host;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.ModelLoadingException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.host.ModelLoader.Checked;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model of this application. Its engine is there at once and for good; what is behind it is loaded in a thread of its own, and can be
 * loaded again. Requests meanwhile wait as long as the options say, and are then refused with {@link ModelLoadingException}. Thread-safe.
 */
public final class HostedModel implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HostedModel.class);

    private final String name;
    private final HostOptions options;
    private final Optional<ModelLoader> loader;
    private final HostedEngine engine;

    private final LostDevices lost = new LostDevices();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final @Nullable Engine ofTheApplication;
    private final @Nullable String description;
    private long loadingSince = System.nanoTime();
    private @Nullable HostedBackends backends;
    private @Nullable HostedBackends predecessor;
    /** While it is loaded for the first time, or again. */
    private @Nullable Thread loading;

    private boolean closed;

    private HostedModel(
            String name,
            HostOptions options,
            Optional<ModelLoader> loader,
            @Nullable Engine ofTheApplication,
            @Nullable String description) {
        this.name = name;
        this.options = options;
        this.loader = loader;
        this.ofTheApplication = ofTheApplication;
        this.description = description;
        this.engine = new HostedEngine(this, options.listeners(), options.gates());
    }

    /**
     * Checks a model in the calling thread and begins to load it in another. If that takes no longer than
     * {@link HostOptions#startWait()}, it is loaded, or has failed, on return.
     *
     * @param name public name; never a path
     * @param loader where it comes from
     * @param options how long to wait for what
     * @return the model, which the caller closes
     * @throws OlmoException if the check fails, or the load does within the time
     */
    public static HostedModel start(String name, ModelLoader loader, HostOptions options) {
        HostedModel model = new HostedModel(name, options, Optional.of(loader), null, null);
        model.begin(loader.check(model.engine.backendListener()));
        try {
            model.awaitStart();
            return model;
        } catch (RuntimeException | Error failure) {
            model.close();
            throw failure;
        }
    }

    /**
     * Takes a model that the application has loaded itself: it is ready, and cannot be loaded again.
     *
     * @param name public name; never a path
     * @param engine of the model; not closed by the hosted model
     * @param backend what computes it, in one line; null if not known
     * @return the model
     */
    public static HostedModel of(String name, Engine engine, @Nullable String backend) {
        return new HostedModel(name, HostOptions.DEFAULT, Optional.empty(), engine, backend);
    }

    /**
     * Its public name.
     *
     * @return never a path
     */
    public String name() {
        return name;
    }

    /**
     * Its engine, the same for good. Closing it does nothing: close the model.
     *
     * @return thread-safe
     */
    public Engine engine() {
        return ofTheApplication == null ? engine : ofTheApplication;
    }

    /**
     * The size of its weights.
     *
     * @return bytes of the checkpoint; empty for a model that the application loaded itself
     */
    public OptionalLong weightBytes() {
        return loader.isPresent() ? OptionalLong.of(facts().weightBytes()) : OptionalLong.empty();
    }

    /** Refuses new requests until the engine is told to resume; running ones go on. */
    public void refuseNewRequests() {
        try {
            var _ = engine().drain(Duration.ZERO);
        } catch (InterruptedException e) {
            // It does not wait for anything, and refuses from now on.
            Thread.currentThread().interrupt();
        }
    }

    /**
     * How long its running requests have before the application ends.
     *
     * @return 0 or more
     */
    public Duration drainTimeout() {
        return options.drainTimeout();
    }

    /**
     * Where it is in its life.
     *
     * @return at this moment
     */
    public HostedState state() {
        if (ofTheApplication != null) {
            return new HostedState.Ready(description);
        }
        HostedBackends current;
        lock.lock();
        try {
            if (closed) {
                return new HostedState.Closed();
            }
            current = Objects.requireNonNull(backends);
            if (loading != null && !(current.state() instanceof HostedState.Loading)) {
                // Between two steps of it.
                return new HostedState.Loading(0, 0);
            }
        } finally {
            lock.unlock();
        }
        return current.state();
    }

    /**
     * The backends that may run it.
     *
     * @return in the order in which they are asked, as they are at this moment; empty for a model that the application loaded itself
     */
    public List<BackendStatus> backends() {
        return current().map(HostedBackends::backends).orElse(List.of());
    }

    /**
     * Whether {@link #reload} can be asked for.
     *
     * @return false for a model that the application loaded itself
     */
    public boolean reloadable() {
        return loader.isPresent();
    }

    /**
     * Checks the model's files anew, in the calling thread, and replaces the model in the background: running requests have the time of
     * {@link HostOptions#drainTimeout()} to end, then it is closed and loaded again. If the check fails, the model goes on as it is.
     *
     * @throws OlmoException if the check fails
     * @throws IllegalStateException if it is being loaded, is closed, or was loaded by the application
     */
    public void reload() {
        ModelLoader again = loader.orElseThrow(() -> new IllegalStateException(
                "The model '" + name + "' was loaded by the application, which has to load it again"));
        requireSettled();
        Checked checked = again.check(engine.backendListener());
        lock.lock();
        try {
            requireSettled();
            begin(checked);
        } catch (RuntimeException | Error failure) {
            try (checked) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    private void requireSettled() {
        HostedState now = state();
        if (now instanceof HostedState.Loading || now instanceof HostedState.Closed) {
            throw new IllegalStateException("The model '" + name + "' is "
                    + (now instanceof HostedState.Closed ? "closed" : "being loaded already"));
        }
    }

    /** Ends all requests, stops a load that has not come to its end, and frees all memory. */
    @Override
    public void close() {
        Thread loader;
        HostedBackends old;
        HostedBackends open;
        lock.lock();
        try {
            closed = true;
            loader = loading;
            old = predecessor;
            open = backends;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (old != null) {
                old.close();
            }
        } finally {
            if (open != null) {
                open.close();
            }
        }
        if (loader != null && loader != Thread.currentThread()) {
            join(loader);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void begin(Checked checked) {
        HostedBackends next = new HostedBackends(name, checked, options.breakers(), lost, engine::nothingLeft);
        lock.lock();
        try {
            predecessor = backends;
            backends = next;
            loadingSince = System.nanoTime();
            loading = Thread.ofPlatform().name("olmo-load-" + name).daemon().unstarted(() -> load(next));
            loading.start();
        } finally {
            lock.unlock();
        }
    }

    private void load(HostedBackends next) {
        try {
            retirePredecessor();
            ready(next.loadFirst());
        } catch (OlmoException failure) {
            failed(failure);
        } finally {
            lock.lock();
            try {
                loading = null;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void retirePredecessor() {
        HostedBackends old;
        lock.lock();
        try {
            old = predecessor;
        } finally {
            lock.unlock();
        }
        if (old == null) {
            return;
        }
        try {
            old.drain(options.drainTimeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            old.close();
        } catch (RuntimeException broken) {
            // What it held is lost at worst, and its successor is to serve all the same.
            log.warn("Model '{}' could not be closed before it is loaded again", name, broken);
        }
        lock.lock();
        try {
            predecessor = null;
        } finally {
            lock.unlock();
        }
    }

    private void ready(String backend) {
        log.info(
                "Model '{}' is ready after {} ms: {}{}",
                name,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - loadingSince),
                backend,
                unavailable());
    }

    private String unavailable() {
        return backends().stream()
                .filter(backend -> backend.standing() == BackendStatus.Standing.UNAVAILABLE)
                .map(backend -> "; not available: " + backend.name() + " (" + backend.detail() + ")")
                .collect(Collectors.joining());
    }

    private void failed(OlmoException failure) {
        if (!(state() instanceof HostedState.Closed)) {
            log.error("Model '{}' could not be loaded", name, failure);
        }
    }

    private void awaitStart() {
        lock.lock();
        try {
            await(options.startWait());
        } finally {
            lock.unlock();
        }
        if (state() instanceof HostedState.Failed failed) {
            throw failed.error();
        }
    }

    /** Waits while the model is being loaded, holding the lock. An interrupt ends the wait, and stays set. */
    private long await(Duration time) {
        long left = time.toNanos();
        try {
            while (loading != null && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return left;
    }

    /**
     * Finds a backend that answers, and takes a permission of its breaker for each sample.
     *
     * @param samples how many
     * @param patience how long to wait for a load
     * @throws ModelLoadingException if it is not there within that time
     * @throws org.olmo4j.error.DeviceSuspendedException if no device is to be asked for the time being
     * @throws org.olmo4j.error.BackendUnavailableException if it could not be loaded, or none of its devices is left
     * @throws EngineClosedException if it is closed
     */
    RunningModel acquire(int samples, Duration patience) {
        HostedBackends ready;
        long left;
        lock.lock();
        try {
            left = await(patience);
            if (closed) {
                throw new EngineClosedException(
                        "The model '" + name + "' is closed", "Send the request to a running application");
            }
            ready = Objects.requireNonNull(backends);
            if (loading != null) {
                HostedState.Loading progress =
                        ready.state() instanceof HostedState.Loading now ? now : new HostedState.Loading(0, 0);
                throw LoadEstimate.exception(name, progress, loadingSince);
            }
        } finally {
            lock.unlock();
        }
        return ready.acquire(samples, Duration.ofNanos(Math.max(0, left)));
    }

    /** How long a request waits for a load. */
    Duration requestWait() {
        return options.requestWait();
    }

    /** Those that answer, or will. */
    Optional<HostedBackends> current() {
        lock.lock();
        try {
            return Optional.ofNullable(backends);
        } finally {
            lock.unlock();
        }
    }

    /** Those whose engines run: of a model that is reloaded the old ones, until they are closed. */
    Optional<HostedBackends> serving() {
        lock.lock();
        try {
            return Optional.ofNullable(predecessor == null ? backends : predecessor);
        } finally {
            lock.unlock();
        }
    }

    Checked facts() {
        return current().orElseThrow().checked();
    }
}
