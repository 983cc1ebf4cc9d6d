package org.olmo4j.spring.host;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.engine.EngineStatus;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.DeviceFailedException;
import org.olmo4j.error.DeviceSuspendedException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.InsufficientMemoryException;
import org.olmo4j.error.ModelLoadingException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.host.HostedBackend.Stage;
import org.olmo4j.spring.host.ModelLoader.Checked;
import org.olmo4j.spring.host.ModelLoader.Loaded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backends of a model, in the order in which they are asked. The first that can be loaded answers. When it is lost, or its breaker opens, it is
 * taken out of service: its engine is closed, which ends what runs in it, and the next one is loaded from the same files. A device whose failure
 * may pass is loaded again as soon as its breaker lets it be tried. Thread-safe.
 */
final class HostedBackends implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HostedBackends.class);

    private final String model;
    private final SerialLoads loads;
    private final DeviceFailures failures;
    private final Consumer<OlmoException> nothingLeft;
    private final BackendOrder order;
    private final DeviceRecovery recovery;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final EngineTotals totals = new EngineTotals();

    private long loadingSince = System.nanoTime();
    private boolean closed;

    /**
     * Begins with nothing loaded.
     *
     * @param model public name
     * @param checked what is loaded; closed with this
     * @param breakers of the devices
     * @param lost devices that are not to be asked; added to
     * @param nothingLeft told when the last backend was lost, and only a restart helps
     */
    HostedBackends(
            String model,
            Checked checked,
            DeviceBreakers breakers,
            LostDevices lost,
            Consumer<OlmoException> nothingLeft) {
        this.model = model;
        this.loads = new SerialLoads(model, checked);
        this.failures = new DeviceFailures(lost);
        this.nothingLeft = nothingLeft;
        this.order = new BackendOrder(model, checked.backends(), breakers, lost);
        this.recovery = new DeviceRecovery(model, this::isClosed, this::loadAgain);
    }

    Checked checked() {
        return loads.files();
    }

    /**
     * Loads the first backend that can be, in the calling thread.
     *
     * @return what computes, in one line
     * @throws OlmoException why none could be
     */
    String loadFirst() {
        HostedBackend first;
        lock.lock();
        try {
            requireOpen();
            first = beginLoad();
        } finally {
            lock.unlock();
        }
        RunningModel running = first == null ? null : load(first, false);
        if (running == null) {
            throw failure();
        }
        return running.loaded().description();
    }

    /** Marks the next backend as being loaded, holding the lock; null if there is none. */
    private @Nullable HostedBackend beginLoad() {
        loadingSince = System.nanoTime();
        return order.beginLoad();
    }

    /**
     * Loads a backend that is marked as being loaded, and those behind it until one is; null if none can be.
     *
     * @param again whether the first was in service before, so that whatever keeps it from being loaded may pass as well
     */
    private @Nullable RunningModel load(HostedBackend first, boolean again) {
        HostedBackend backend = first;
        while (backend != null) {
            HostedBackend one = backend;
            OlmoException failure;
            try {
                return loads.load(backend.name(), progress(backend), loaded -> opened(one, loaded));
            } catch (BackendUnavailableException | InsufficientMemoryException | DeviceFailedException unavailable) {
                failure = unavailable;
            } catch (OlmoException broken) {
                // The files, or the end of the application: no other backend would help.
                giveUp(broken);
                throw broken;
            }
            backend = failed(backend, failure, again && backend == first);
        }
        return null;
    }

    private LoadProgress progress(HostedBackend backend) {
        return (done, total) -> {
            lock.lock();
            try {
                requireOpen();
                backend.become(new Stage.Loading(done, total));
            } finally {
                lock.unlock();
            }
        };
    }

    private RunningModel opened(HostedBackend backend, Loaded loaded) {
        RunningModel running = new RunningModel(this, backend, loaded);
        boolean late;
        lock.lock();
        try {
            late = closed;
            if (!late) {
                backend.become(new Stage.Running(running));
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (late) {
            loaded.close();
            throw SerialLoads.closedException(model);
        }
        return running;
    }

    private void giveUp(OlmoException failure) {
        lock.lock();
        try {
            order.giveUp(failure);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A load failed: marks it, and the next as being loaded if nothing answers. */
    private @Nullable HostedBackend failed(HostedBackend backend, OlmoException failure, boolean again) {
        DeviceFailures.Verdict verdict = failures.atLoad(backend, failure);
        boolean passes = verdict == DeviceFailures.Verdict.PASSING || (again && verdict != DeviceFailures.Verdict.LOST);
        HostedBackend next;
        lock.lock();
        try {
            if (closed) {
                return null;
            }
            boolean recovers = passes && backend.breaker().retryAfter().isPresent();
            backend.become(new Stage.Failed(failure, recovers));
            next = order.answering() == null ? beginLoad() : null;
            if (recovers) {
                recovery.afterFailedLoad(backend);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        log.warn(
                "Model '{}' cannot be loaded on backend {}: {}{}",
                model,
                backend.name(),
                failure.getMessage(),
                next == null ? "" : " Backend " + next.name() + " is next.");
        return next;
    }

    /**
     * Finds who answers, and takes a permission for each sample. What is not loaded yet is waited for.
     *
     * @param samples how many permissions
     * @param patience how long to wait for a load
     * @return with the permissions taken
     * @throws ModelLoadingException if a load takes longer
     * @throws DeviceSuspendedException if all are left alone for a while
     * @throws BackendUnavailableException if none will ever answer
     * @throws EngineClosedException if the model is closed
     */
    RunningModel acquire(int samples, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            List<RunningModel> candidates = candidates();
            for (RunningModel running : candidates) {
                // Without the lock: a breaker tells whoever listens to it of its transitions, in this thread.
                if (running.backend().acquired(samples)) {
                    return running;
                }
            }
            awaitAnother(candidates, deadline);
        }
    }

    private List<RunningModel> candidates() {
        return locked(() -> {
            requireOpen();
            takeOutLost();
            return order.running();
        });
    }

    /** None of those that are loaded lets the request pass: waits for another one, if there will be one in time. */
    private void awaitAnother(List<RunningModel> refusing, long deadline) {
        lock.lock();
        try {
            requireOpen();
            if (!order.running().equals(refusing)) {
                return;
            }
            if (!isLoading()) {
                HostedBackend next = beginLoad();
                if (next == null) {
                    throw order.refusal();
                }
                loads.inBackground("load", () -> loadAlone(next));
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw beingLoaded();
            }
            while (left > 0 && !closed && isLoading() && order.running().equals(refusing)) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw beingLoaded();
        } finally {
            lock.unlock();
        }
    }

    /** Holding the lock. */
    private boolean isLoading() {
        return order.loading().isPresent();
    }

    /** A device that another model has lost is lost for this one, too, and its breaker keeps it from finding out. Holding the lock. */
    private void takeOutLost() {
        for (RunningModel running : order.running()) {
            running.backend().breaker().lostBy().ifPresent(reason -> takeOut(running, reason, false));
        }
    }

    private void loadAlone(HostedBackend backend) {
        loadAlone(backend, false);
    }

    private void loadAlone(HostedBackend backend, boolean again) {
        long start = System.nanoTime();
        OlmoException failure;
        try {
            RunningModel running = load(backend, again);
            if (running != null) {
                log.info(
                        "Model '{}' runs on backend {} after {} ms: {}",
                        model,
                        running.backend().name(),
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                        running.loaded().description());
                return;
            }
            failure = refusal();
        } catch (OlmoException broken) {
            failure = broken;
        }
        tellIfNothingIsLeft(failure);
    }

    private void tellIfNothingIsLeft(OlmoException failure) {
        if (locked(() -> !closed && order.isLost())) {
            nothingLeft.accept(failure);
        }
    }

    /**
     * A device failed a generation that ran on it.
     *
     * @param running where it ran
     * @param failure what it said
     * @param dead whether its engine is dead, too
     */
    void failed(RunningModel running, OlmoException failure, boolean dead) {
        HostedBackend backend = running.backend();
        boolean gone = failures.atWork(backend, failure) == DeviceFailures.Verdict.LOST || dead;
        if (gone || backend.breaker().open()) {
            takeOut(running, failure, !gone && backend.breaker().retryAfter().isPresent());
        }
    }

    /** Not in the engine's own thread, which is the caller's: that has its listeners to tell. */
    private void takeOut(RunningModel running, OlmoException failure, boolean recovers) {
        HostedBackend backend = running.backend();
        HostedBackend next;
        lock.lock();
        try {
            if (closed || !(backend.stage() instanceof Stage.Running(RunningModel current)) || current != running) {
                return;
            }
            running.takeOut(failure);
            totals.retire(running);
            backend.become(new Stage.Failed(failure, recovers));
            next = order.answering() == null && !isLoading() ? beginLoad() : null;
            String follows = next != null ? "backend " + next.name() + " is loaded" : order.others();
            log.warn(
                    "Model '{}': backend {} is out of service, {}: {}",
                    model,
                    backend.name(),
                    follows,
                    failure.getMessage());
            loads.inBackground("failover", () -> replace(running, next));
            if (recovers) {
                recovery.afterFailure(backend);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void replace(RunningModel old, @Nullable HostedBackend next) {
        loads.close(old);
        if (next == null) {
            tellIfNothingIsLeft(Objects.requireNonNull(old.takenOutBy().orElse(null)));
        } else {
            loadAlone(next);
        }
    }

    private void loadAgain(HostedBackend backend) {
        lock.lock();
        try {
            backend.become(new Stage.Loading(0, 0));
            loadingSince = System.nanoTime();
        } finally {
            lock.unlock();
        }
        loadAlone(backend, true);
    }

    /** An engine's thread died. */
    void engineFailed(Throwable cause) {
        for (RunningModel running : running()) {
            if (running.engine().status().failure() != null) {
                takeOut(
                        running,
                        new EngineClosedException(
                                "The engine's thread died of " + cause, "The log has the cause", cause),
                        false);
            }
        }
    }

    /** How many there are, whether they can be used or not. */
    int count() {
        return order.count();
    }

    /** Whether a model is still the one that runs on its backend. */
    boolean inService(RunningModel running) {
        return running().contains(running) && !isClosed();
    }

    /** Whether a backend but this one answers, or can be loaded. */
    boolean hasAlternative(HostedBackend backend) {
        return locked(() -> !closed && order.canAnswer(backend));
    }

    /** When a request that was broken off had better be sent again; empty if that is of no use. */
    Optional<Duration> retryAfter() {
        return locked(order::retryAfter);
    }

    /** Where it stands; asking is also how a model without requests learns that its device was lost to another one. */
    HostedState state() {
        return locked(() -> {
            takeOutLost();
            return order.state();
        });
    }

    List<BackendStatus> backends() {
        return locked(order::statuses);
    }

    /** The model that answers now. */
    Optional<RunningModel> current() {
        return locked(() -> Optional.ofNullable(order.answering()));
    }

    private List<RunningModel> running() {
        return locked(order::running);
    }

    /** The figures of all engines, those that were closed among them. */
    EngineStatus status() {
        return locked(() -> totals.with(order.running()));
    }

    /** Has all engines refuse requests, and waits until they have none. */
    boolean drain(Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        boolean empty = true;
        for (RunningModel running : running()) {
            Duration left = timeout.minusNanos(System.nanoTime() - start);
            empty &= running.engine().drain(left.isNegative() ? Duration.ZERO : left);
        }
        return empty;
    }

    void resume() {
        running().forEach(running -> running.engine().resume());
    }

    /** Stops loads, ends all requests, and frees all memory, the files' too. */
    @Override
    public void close() {
        List<RunningModel> open;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            open = running();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        loads.close(open);
    }

    private boolean isClosed() {
        return locked(() -> closed);
    }

    /** Holding the lock. */
    private void requireOpen() {
        if (closed) {
            throw SerialLoads.closedException(model);
        }
    }

    private ModelLoadingException beingLoaded() {
        HostedState.Loading progress =
                state() instanceof HostedState.Loading loading ? loading : new HostedState.Loading(0, 0);
        return LoadEstimate.exception(model, progress, loadingSince);
    }

    private <T> T locked(Supplier<T> reading) {
        lock.lock();
        try {
            return reading.get();
        } finally {
            lock.unlock();
        }
    }

    private OlmoException refusal() {
        return locked(order::refusal);
    }

    private OlmoException failure() {
        return locked(order::failure);
    }
}
