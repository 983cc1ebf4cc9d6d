package org.olmo4j.spring.host;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.ModelLoadingException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.host.ModelLoader.Checked;
import org.olmo4j.spring.host.ModelLoader.Loaded;
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

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private HostedState state = new HostedState.Loading(0, 0);
    private long loadingSince = System.nanoTime();
    private @Nullable Loaded loaded;
    private @Nullable Engine running;
    private @Nullable Checked facts;
    private @Nullable Thread loading;

    private HostedModel(String name, HostOptions options, Optional<ModelLoader> loader) {
        this.name = name;
        this.options = options;
        this.loader = loader;
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
        HostedModel model = new HostedModel(name, options, Optional.of(loader));
        model.begin(loader.check(), Optional.empty());
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
        HostedModel model = new HostedModel(name, HostOptions.DEFAULT, Optional.empty());
        model.running = engine;
        model.state = new HostedState.Ready(backend);
        return model;
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
        return loader.isPresent() ? engine : Objects.requireNonNull(running);
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
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
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
        Checked checked = again.check();
        lock.lock();
        try {
            requireSettled();
            begin(checked, Optional.ofNullable(loaded));
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
        Loaded open;
        lock.lock();
        try {
            state = new HostedState.Closed();
            loader = loading;
            open = loaded;
            loaded = null;
            running = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (open != null) {
            open.close();
        }
        if (loader != null && loader != Thread.currentThread()) {
            join(loader);
        }
    }

    /** The memory is free on return: the thread closes what it loads for a model that is closed. */
    private static void join(Thread loader) {
        boolean interrupted = false;
        while (loader.isAlive()) {
            try {
                loader.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void begin(Checked checked, Optional<Loaded> predecessor) {
        lock.lock();
        try {
            facts = checked;
            state = new HostedState.Loading(0, 0);
            loadingSince = System.nanoTime();
            Thread thread =
                    Thread.ofPlatform().name("olmo-load-" + name).daemon().unstarted(() -> load(checked, predecessor));
            loading = thread;
            thread.start();
        } finally {
            lock.unlock();
        }
    }

    private void load(Checked checked, Optional<Loaded> predecessor) {
        try {
            predecessor.ifPresent(this::retire);
            Loaded next = checked.load(this::progressed);
            if (!opened(next)) {
                next.close();
            }
        } catch (OlmoException failure) {
            failed(failure);
        } catch (Throwable unexpected) {
            // Whatever it is, requests that wait for this thread must not wait for ever.
            failed(new BackendUnavailableException(
                    "The model '" + name + "' could not be loaded: " + unexpected,
                    "The cause has the details",
                    unexpected));
        }
    }

    private void retire(Loaded old) {
        try {
            old.engine().drain(options.drainTimeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lock.lock();
        try {
            loaded = null;
            running = null;
        } finally {
            lock.unlock();
        }
        old.close();
    }

    /** Told by the backend; gives up the load of a model that was closed. */
    private void progressed(long doneBytes, long totalBytes) {
        lock.lock();
        try {
            if (state instanceof HostedState.Closed) {
                throw new EngineClosedException(
                        "The model '" + name + "' was closed while it was loaded", "Start it again");
            }
            state = new HostedState.Loading(doneBytes, totalBytes);
        } finally {
            lock.unlock();
        }
    }

    private boolean opened(Loaded next) {
        lock.lock();
        try {
            if (state instanceof HostedState.Closed) {
                return false;
            }
            loaded = next;
            running = next.engine();
            state = new HostedState.Ready(next.description());
            changed.signalAll();
            log.info(
                    "Model '{}' is ready after {} ms: {}",
                    name,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - loadingSince),
                    next.description());
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void failed(OlmoException failure) {
        lock.lock();
        try {
            if (state instanceof HostedState.Closed) {
                return;
            }
            log.error("Model '{}' could not be loaded", name, failure);
            state = new HostedState.Failed(failure);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitStart() {
        lock.lock();
        try {
            await(options.startWait());
            if (state instanceof HostedState.Failed failed) {
                throw failed.error();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits while the model is being loaded, holding the lock. An interrupt ends the wait, and stays set. */
    private void await(Duration time) {
        long left = time.toNanos();
        try {
            while (state instanceof HostedState.Loading && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The engine that runs.
     *
     * @throws ModelLoadingException if it is not there within {@link HostOptions#requestWait()}
     * @throws BackendUnavailableException if it could not be loaded
     * @throws EngineClosedException if it is closed
     */
    Engine running() {
        lock.lock();
        try {
            await(options.requestWait());
            return switch (state) {
                case HostedState.Ready ready -> Objects.requireNonNull(running);
                case HostedState.Loading progress ->
                    throw new ModelLoadingException(
                            "The model '" + name + "' is being loaded" + percentage(progress), expected(progress));
                case HostedState.Failed failed ->
                    throw new BackendUnavailableException(
                            "The model '" + name + "' could not be loaded: "
                                    + failed.error().problem(),
                            failed.error().hint(),
                            failed.error());
                case HostedState.Closed closed ->
                    throw new EngineClosedException(
                            "The model '" + name + "' is closed", "Send the request to a running application");
            };
        } finally {
            lock.unlock();
        }
    }

    /** The engine that runs at this moment, if there is one. */
    Optional<Engine> runningNow() {
        lock.lock();
        try {
            return Optional.ofNullable(running);
        } finally {
            lock.unlock();
        }
    }

    Checked facts() {
        lock.lock();
        try {
            return Objects.requireNonNull(facts);
        } finally {
            lock.unlock();
        }
    }

    private static String percentage(HostedState.Loading progress) {
        return progress.totalBytes() == 0 ? "" : " (" + 100 * progress.doneBytes() / progress.totalBytes() + " %)";
    }

    /** At the speed so far, between 1 and 60 s. */
    private Duration expected(HostedState.Loading progress) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - loadingSince);
        double left = progress.doneBytes() == 0
                ? 1
                : (double) seconds * (progress.totalBytes() - progress.doneBytes()) / progress.doneBytes();
        return Duration.ofSeconds(Math.clamp((long) Math.ceil(left), 1, 60));
    }
}
