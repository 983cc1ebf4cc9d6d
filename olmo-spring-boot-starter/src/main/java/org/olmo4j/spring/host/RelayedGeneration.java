package org.olmo4j.spring.host;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Deadlines;
import org.olmo4j.engine.EngineOptions;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationId;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Timings;
import org.olmo4j.engine.Usage;
import org.olmo4j.error.DeadlineExceededException;
import org.olmo4j.error.DeviceFailedException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.error.GenerationInterruptedException;
import org.olmo4j.error.OlmoException;

/**
 * A caller's request, on whichever backend it runs. If the device fails it and the caller has been given nothing yet, it begins anew on the next
 * backend, with the same id, seed, clock and deadlines; what a caller gets is all of one attempt. Thread-safe.
 */
final class RelayedGeneration implements Generation {

    private static final Duration LONG = Duration.ofDays(1);

    private final HostedEngine host;
    private final HostedModel model;
    private final GenerationRequest request;
    private final Start start;

    /** Held by who takes an event, so that only one goes over from an attempt to the next. */
    private final ReentrantLock taking = new ReentrantLock();

    private volatile @Nullable GenerationResult taken;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Null between two attempts. */
    private @Nullable Attempt current;

    /** What the attempt before the current one came to. */
    private @Nullable GenerationResult lastFailure;

    private int attempts = 1;
    private boolean announced;
    private boolean given;
    private boolean cancelled;
    /** An end that no engine shows. */
    private @Nullable GenerationResult end;

    private boolean finished;
    private final AtomicBoolean admitted = new AtomicBoolean();

    /**
     * Where it begins.
     *
     * @param id of the generation
     * @param received when
     * @param nanos the same, by the monotonic clock
     */
    record Start(String id, Instant received, long nanos) {

        Start sample(int index) {
            return new Start(GenerationId.ofSample(id, index), received, nanos);
        }

        Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - nanos);
        }

        GenerationRequest.Attempt attempt() {
            return new GenerationRequest.Attempt(id, received, elapsed());
        }
    }

    /** One try on one backend. */
    private static final class Attempt {

        private final RunningModel running;
        private final Thread submitter = Thread.currentThread();
        private @Nullable Generation handle;
        private boolean decided;
        private boolean movesOn;
        private volatile boolean again;
        /** What the device failed by, if it did. */
        private volatile @Nullable OlmoException failure;
        /** What the caller sees of its end, once it is told. */
        private volatile @Nullable GenerationResult shown;

        Attempt(RunningModel running) {
            this.running = running;
        }
    }

    /**
     * Begins with a first attempt, which the calling thread is about to submit.
     *
     * @param host whose listeners are told of the end
     * @param model that is asked
     * @param request as the caller made it
     * @param start id and time
     * @param running where it runs first, with a permission taken
     */
    RelayedGeneration(
            HostedEngine host, HostedModel model, GenerationRequest request, Start start, RunningModel running) {
        this.host = host;
        this.model = model;
        this.request = request;
        this.start = start;
        this.current = new Attempt(running);
    }

    @Override
    public String id() {
        return start.id();
    }

    /** Whether no attempt before this one was admitted. */
    boolean firstAdmission() {
        return admitted.compareAndSet(false, true);
    }

    /** The current attempt was admitted. */
    void runsAs(Generation handle) {
        lock.lock();
        try {
            Attempt attempt = current;
            // An engine may have ended it by now, and the next attempt may be under way.
            if (attempt != null && attempt.submitter == Thread.currentThread() && attempt.handle == null) {
                attempt.handle = handle;
                if (cancelled) {
                    handle.cancel();
                }
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether a refusal is only that the engine was closed in between, so that another one is to be asked. Nobody is told of it then. */
    boolean movesOn(RuntimeException refusal) {
        Attempt attempt = attempt();
        if (attempt == null || !(refusal instanceof EngineClosedException closed)) {
            return false;
        }
        if (!attempt.movesOn) {
            RunningModel running = attempt.running;
            if (running.engine().status().failure() != null) {
                running.owner().failed(running, closed, true);
            }
            attempt.movesOn = !running.owner().inService(running);
        }
        return attempt.movesOn;
    }

    /** The attempt was refused: gives back what it has taken, unless its engine has told of it. */
    void giveUp() {
        host.forget(this);
        Attempt attempt = attempt();
        if (attempt != null && decides(attempt)) {
            attempt.running.release();
        }
    }

    private @Nullable Attempt attempt() {
        lock.lock();
        try {
            return current;
        } finally {
            lock.unlock();
        }
    }

    /** Whether what follows from an attempt's end is not decided yet, and the caller's to decide. */
    private boolean decides(Attempt attempt) {
        lock.lock();
        try {
            boolean first = !attempt.decided;
            attempt.decided = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The engine of the current attempt has come to an end with it; asked in that engine's thread, or in the submitting one if it was refused.
     *
     * @return whether it is attempted again, so that nobody is to hear of this end
     */
    boolean attemptsAgain(GenerationResult result) {
        Attempt attempt = attempt();
        return attempt != null && attemptsAgain(attempt, result);
    }

    private boolean attemptsAgain(Attempt attempt, GenerationResult result) {
        if (!decides(attempt)) {
            return attempt.again;
        }
        OlmoException refusal = result.error();
        if (refusal != null && submits(attempt) && movesOn(refusal)) {
            attempt.running.release();
            attempt.again = true;
        } else {
            attempt.failure = account(attempt.running, result);
            attempt.again = attempt.failure != null && runsAgain(attempt, result);
        }
        return attempt.again;
    }

    /** Whether the calling thread is about to submit an attempt, so that its end is a refusal. */
    private boolean submits(Attempt attempt) {
        lock.lock();
        try {
            return attempt.submitter == Thread.currentThread() && attempt.handle == null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The engine of the current attempt tells of its end, which is the caller's too.
     *
     * @return completes when it may be shown
     */
    CompletableFuture<Void> ended(GenerationResult result) {
        Attempt attempt = attempt();
        return attempt == null ? CompletableFuture.completedFuture(null) : ended(attempt, result);
    }

    private CompletableFuture<Void> ended(Attempt attempt, GenerationResult result) {
        OlmoException failure = attempt.failure;
        GenerationResult shown = failure == null ? result : withError(result, interruption(attempt.running, failure));
        attempt.shown = shown;
        host.forget(this);
        return host.tell(request, shown);
    }

    /** Tells the breaker how it went; the failure of the device, if it is to blame. */
    private static @Nullable OlmoException account(RunningModel running, GenerationResult result) {
        OlmoException error = result.error();
        boolean dead = running.engine().status().failure() != null;
        if (error instanceof DeviceFailedException || (dead && error instanceof GenerationFailedException)) {
            running.owner().failed(running, error, dead);
            return error;
        }
        switch (result.finishReason()) {
            case STOP, LENGTH -> running.backend().breaker().succeeded();
            default -> running.release();
        }
        return error instanceof EngineClosedException ? running.takenOutBy().orElse(null) : null;
    }

    private boolean runsAgain(Attempt attempt, GenerationResult failed) {
        RunningModel running = attempt.running;
        boolean distrusted =
                running.takenOutBy().isPresent() || !running.backend().breaker().closed();
        lock.lock();
        try {
            boolean again = distrusted
                    && !given
                    && !cancelled
                    && attempts < running.owner().count()
                    && running.owner().hasAlternative(running.backend());
            if (again) {
                current = null;
                lastFailure = failed;
                attempts++;
                Thread.ofVirtual().name("olmo-failover").start(() -> runAgain(failed));
            }
            return again;
        } finally {
            lock.unlock();
        }
    }

    /** What the caller is told instead of what the device said: that it may ask again, unless that is of no use. */
    private static OlmoException interruption(RunningModel running, OlmoException failure) {
        Optional<Duration> retryAfter = running.owner().retryAfter();
        return retryAfter.isEmpty()
                ? failure
                : new GenerationInterruptedException(
                        "The backend " + running.backend().name() + " failed while the request ran: "
                                + failure.problem(),
                        retryAfter.get(),
                        failure);
    }

    private void runAgain(GenerationResult failed) {
        try {
            while (!submitted(failed)) {
                // Its engine was closed in between: the next one, or the reason why there is none.
            }
        } catch (OlmoException refusal) {
            refused(failed, refusal);
        } catch (Throwable unexpected) { // NOPMD: whatever it is, the caller must not wait for ever
            finish(
                    failed,
                    FinishReason.FAILED,
                    new GenerationFailedException(
                            "The request could not be run on another backend: " + unexpected,
                            "The cause has the details",
                            unexpected));
        }
    }

    private boolean submitted(GenerationResult failed) {
        if (isCancelled()) {
            finish(failed, FinishReason.CANCELLED, null);
            return true;
        }
        RunningModel running = model.acquire(1, patience());
        Attempt attempt = new Attempt(running);
        lock.lock();
        try {
            if (finished) {
                running.release();
                return true;
            }
            current = attempt;
        } finally {
            lock.unlock();
        }
        try {
            runsAs(running.engine().submit(again(failed)));
            return true;
        } catch (RuntimeException refusal) {
            boolean again = movesOn(refusal);
            if (decides(attempt)) {
                running.release();
            }
            if (again) {
                lock.lock();
                try {
                    current = null;
                } finally {
                    lock.unlock();
                }
                return false;
            }
            throw refusal;
        } catch (Error broken) {
            if (decides(attempt)) {
                running.release();
            }
            throw broken;
        }
    }

    private boolean isCancelled() {
        lock.lock();
        try {
            return cancelled;
        } finally {
            lock.unlock();
        }
    }

    /** The same work, seed and all. The time in the queue of the failed device does not count. */
    private GenerationRequest again(GenerationResult failed) {
        Deadlines limits = deadlines();
        Duration elapsed = start.elapsed();
        return request.mutate()
                .seed(failed.seed())
                .deadlines(new Deadlines(limits.queue().map(elapsed::plus), limits.firstToken(), limits.total()))
                .attempt(start.attempt())
                .build();
    }

    private Deadlines deadlines() {
        Deadlines own = request.deadlines();
        Deadlines general = model.facts().deadlines();
        return new Deadlines(
                own.queue().or(general::queue),
                own.firstToken().or(general::firstToken),
                own.total().or(general::total));
    }

    private Duration patience() {
        Duration left = nextDeadline().map(Late::limit).orElse(LONG).minus(start.elapsed());
        return left.isNegative() ? Duration.ZERO : left;
    }

    private record Late(String name, Duration limit) {}

    private Optional<Late> nextDeadline() {
        Deadlines limits = deadlines();
        Optional<Late> total = limits.total().map(limit -> new Late("total", limit));
        Optional<Late> first = limits.firstToken().map(limit -> new Late("first-token", limit));
        return first.isEmpty()
                        || (total.isPresent()
                                && total.get().limit().compareTo(first.get().limit()) < 0)
                ? total
                : first;
    }

    /** No backend took it. Where its engine told of the refusal, that was its end. */
    private void refused(GenerationResult failed, OlmoException refusal) {
        Attempt attempt = attempt();
        GenerationResult told = attempt == null ? null : attempt.shown;
        if (told != null) {
            show(told);
            return;
        }
        Optional<Late> late = nextDeadline().filter(next -> start.elapsed().compareTo(next.limit()) >= 0);
        if (late.isPresent()) {
            finish(
                    failed,
                    FinishReason.DEADLINE,
                    new DeadlineExceededException(late.get().name(), late.get().limit()));
        } else {
            finish(failed, FinishReason.FAILED, refusal);
        }
    }

    /** Ends it where no engine does: listeners first, then the caller. */
    private void finish(GenerationResult failed, FinishReason reason, @Nullable OlmoException error) {
        lock.lock();
        try {
            if (finished) {
                return;
            }
            finished = true;
        } finally {
            lock.unlock();
        }
        host.forget(this);
        GenerationResult result = nothing(failed, reason, error);
        var _ = host.tell(request, result)
                .orTimeout(EngineOptions.DEFAULT.releaseTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((value, failure) -> show(result));
    }

    private void show(GenerationResult result) {
        lock.lock();
        try {
            finished = true;
            end = result;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What a failed attempt had generated is void. */
    private GenerationResult nothing(GenerationResult failed, FinishReason reason, @Nullable OlmoException error) {
        return new GenerationResult(
                id(),
                "",
                List.of(),
                reason,
                Optional.empty(),
                new Usage(failed.usage().promptTokens(), failed.usage().cachedPromptTokens(), 0),
                new Timings(start.received(), failed.timings().started(), Optional.empty(), start.elapsed()),
                failed.seed(),
                failed.replayKey(),
                failed.promptTokenIds(),
                List.of(),
                List.of(),
                error);
    }

    private static GenerationResult withError(GenerationResult result, OlmoException error) {
        return new GenerationResult(
                result.id(),
                result.text(),
                result.tokenIds(),
                FinishReason.FAILED,
                result.matchedStop(),
                result.usage(),
                result.timings(),
                result.seed(),
                result.replayKey(),
                result.promptTokenIds(),
                result.logProbabilities(),
                result.promptLogProbabilities(),
                error,
                result.footprint());
    }

    @Override
    public GenerationEvent next() throws InterruptedException {
        GenerationEvent event = take(true);
        if (event == null) {
            throw new IllegalStateException("The end of generation " + id() + " was taken already");
        }
        return event;
    }

    /**
     * The next event, waiting for it; null once the end was taken.
     *
     * @param giving whether the caller sees it, so that it cannot be taken back
     */
    private @Nullable GenerationEvent take(boolean giving) throws InterruptedException {
        taking.lockInterruptibly();
        try {
            while (taken == null) {
                Attempt attempt = awaitAttempt();
                if (attempt == null) {
                    return end(Objects.requireNonNull(end));
                }
                switch (Objects.requireNonNull(attempt.handle).next()) {
                    case GenerationEvent.Ended(GenerationResult result) -> {
                        if (!attemptsAgain(attempt, result)) {
                            return end(shown(attempt, result));
                        }
                    }
                    case GenerationEvent event
                    when !giving || gives(attempt, event) -> {
                        return event;
                    }
                    case GenerationEvent withheld -> {}
                }
            }
            return null;
        } finally {
            taking.unlock();
        }
    }

    /** An engine that tells nobody of its ends leaves it to its caller. */
    private GenerationResult shown(Attempt attempt, GenerationResult result) {
        if (attempt.shown == null) {
            var _ = ended(attempt, result);
        }
        return Objects.requireNonNull(attempt.shown);
    }

    private GenerationEvent end(GenerationResult result) {
        taken = result;
        return new GenerationEvent.Ended(result);
    }

    /** The attempt that runs; null if it has ended without one. */
    private @Nullable Attempt awaitAttempt() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (end == null && (current == null || current.handle == null)) {
                changed.await();
            }
            return end == null ? current : null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the caller gets an event: nothing of an attempt that was given up, and no second beginning. */
    private boolean gives(Attempt attempt, GenerationEvent event) {
        lock.lock();
        try {
            if (attempt != current) {
                return false;
            }
            if (event instanceof GenerationEvent.Started started) {
                given |= !started.promptLogProbabilities().isEmpty();
                boolean first = !announced;
                announced = true;
                return first;
            }
            given = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public GenerationResult forEach(Consumer<GenerationEvent> consumer) throws InterruptedException {
        boolean complete = false;
        try {
            while (true) {
                GenerationEvent event = next();
                if (event instanceof GenerationEvent.Ended ended) {
                    complete = true;
                    return ended.result();
                }
                consumer.accept(event);
            }
        } finally {
            if (!complete) {
                cancel();
            }
        }
    }

    @Override
    public GenerationResult awaitEnd() throws InterruptedException {
        try {
            while (take(false) != null) {
                // Events are not what this caller wants.
            }
        } catch (InterruptedException interruption) {
            cancel();
            throw interruption;
        }
        return Objects.requireNonNull(taken);
    }

    @Override
    public GenerationResult await() throws InterruptedException {
        GenerationResult result = awaitEnd();
        if (result.error() != null) {
            throw result.error();
        }
        return result;
    }

    @Override
    public void cancel() {
        Generation handle;
        GenerationResult failed;
        boolean between;
        lock.lock();
        try {
            cancelled = true;
            between = current == null && !finished;
            failed = lastFailure;
            handle = current == null ? null : current.handle;
        } finally {
            lock.unlock();
        }
        if (handle != null) {
            handle.cancel();
        }
        if (between) {
            finish(Objects.requireNonNull(failed), FinishReason.CANCELLED, null);
        }
    }
}
