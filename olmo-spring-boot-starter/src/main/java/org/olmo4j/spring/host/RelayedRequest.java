package org.olmo4j.spring.host;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.EngineOptions;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.error.GenerationInterruptedException;
import org.olmo4j.error.OlmoException;

/**
 * A caller's request, on whichever backend it runs. If the device fails it and the caller has been given nothing yet, it begins anew on the next
 * backend, with the same id, seed, clock and deadlines. Thread-safe.
 */
final class RelayedRequest {

    private final HostedEngine host;
    private final HostedModel model;
    private final GenerationRequest request;
    private final RequestStart start;
    private final ResubmissionDeadlines deadlines;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Null between two attempts. */
    private @Nullable Attempt current;

    /** What the attempt before the current one came to. */
    private @Nullable GenerationResult lastFailure;

    private int attempts = 1;
    /** Whether one of the attempts that failed has run, so that it has cost something. */
    private boolean ran;

    private boolean announced;
    private boolean given;
    private boolean cancelled;
    /** An end that no engine shows. */
    private @Nullable GenerationResult end;

    private boolean finished;
    private final AtomicBoolean admitted = new AtomicBoolean();

    /**
     * Begins with a first attempt, which the calling thread is about to submit.
     *
     * @param host whose listeners are told of the end
     * @param model that is asked
     * @param request as the caller made it
     * @param start id and time
     * @param running where it runs first, with a permission taken
     */
    RelayedRequest(
            HostedEngine host, HostedModel model, GenerationRequest request, RequestStart start, RunningModel running) {
        this.host = host;
        this.model = model;
        this.request = request;
        this.start = start;
        this.deadlines =
                new ResubmissionDeadlines(request.deadlines(), model.facts().deadlines());
        this.current = new Attempt(running);
    }

    String id() {
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
            if (attempt != null && attempt.isBeingSubmitted()) {
                attempt.admitted(handle);
                if (cancelled) {
                    handle.cancel();
                }
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether a refusal is only that the engine was closed in between, so that another one is to be asked. */
    boolean movesOn(RuntimeException refusal) {
        Attempt attempt = attempt();
        return attempt != null && attempt.movesOn(refusal);
    }

    /** The attempt was refused, or never submitted. */
    void giveUp() {
        host.forget(this);
        Attempt attempt = attempt();
        if (attempt != null && attempt.decide()) {
            attempt.release();
        }
    }

    /** Whether no engine has it at present, since one has failed it and the next one is not found yet. */
    boolean isBetweenAttempts() {
        lock.lock();
        try {
            return current == null && !finished;
        } finally {
            lock.unlock();
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

    /**
     * The engine of the current attempt has come to an end with it; asked in that engine's thread, or in the submitting one if it was refused.
     *
     * @return whether it is attempted again, so that nobody is to hear of this end
     */
    boolean attemptsAgain(GenerationResult result) {
        Attempt attempt = attempt();
        return attempt != null && attemptsAgain(attempt, result);
    }

    /**
     * The same, of an attempt that the caller follows.
     *
     * @param attempt that has ended
     * @param result with which
     */
    boolean attemptsAgain(Attempt attempt, GenerationResult result) {
        if (!attempt.decide()) {
            return attempt.again();
        }
        OlmoException refusal = attempt.isBeingSubmitted() ? result.error() : null;
        if (refusal != null && (attempt.movesOn(refusal) || isResubmitted())) {
            // Who submits it asks the next engine, or ends it, with what the attempts before have cost.
            attempt.release();
            attempt.goesOn(true);
        } else {
            attempt.account(result);
            attempt.goesOn(attempt.failure() != null && runsAgain(attempt, result));
        }
        return attempt.again();
    }

    private boolean isResubmitted() {
        lock.lock();
        try {
            return attempts > 1;
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
        OlmoException failure = attempt.failure();
        CompletableFuture<GenerationResult> end = withFootprint(
                failure == null ? result : RelayedResults.failed(result, interruption(attempt.running(), failure)));
        attempt.shows(end);
        return host.tellEnd(this, request, end);
    }

    /** What attempts have cost that ran, where the engine of the last one did not ask, since that has not. */
    private CompletableFuture<GenerationResult> withFootprint(GenerationResult result) {
        lock.lock();
        try {
            if (!ran || result.footprint().isPresent()) {
                return CompletableFuture.completedFuture(result);
            }
        } finally {
            lock.unlock();
        }
        return model.facts()
                .footprint(id(), result.usage().completionTokens())
                .toCompletableFuture()
                .thenApply(footprint -> footprint == null ? result : result.withFootprint(footprint));
    }

    private boolean runsAgain(Attempt attempt, GenerationResult failed) {
        RunningModel running = attempt.running();
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
                ran |= failed.timings().started().isPresent();
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
        RunningModel running = model.acquire(1, deadlines.patience(start.elapsed()));
        Attempt attempt = new Attempt(running);
        lock.lock();
        try {
            if (finished) {
                attempt.release();
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
            boolean again = attempt.movesOn(refusal);
            notSubmitted(attempt);
            if (again) {
                return false;
            }
            throw refusal;
        } catch (Error broken) {
            notSubmitted(attempt);
            throw broken;
        }
    }

    /** Between two attempts again, so that a cancel does not wait for an engine that has not got it. */
    private void notSubmitted(Attempt attempt) {
        if (attempt.decide()) {
            attempt.release();
        }
        lock.lock();
        try {
            current = null;
        } finally {
            lock.unlock();
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

    /** The same work, seed and all. */
    private GenerationRequest again(GenerationResult failed) {
        return request.mutate()
                .seed(failed.seed())
                .deadlines(deadlines.anotherAttempt(start.elapsed()))
                .attempt(start.attempt())
                .build();
    }

    /** No backend took it. */
    private void refused(GenerationResult failed, OlmoException refusal) {
        deadlines
                .passed(start.elapsed())
                .ifPresentOrElse(
                        late -> finish(failed, FinishReason.DEADLINE, late),
                        () -> finish(failed, FinishReason.FAILED, refusal));
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
        CompletableFuture<GenerationResult> result =
                withFootprint(RelayedResults.unfinished(start, failed, reason, error));
        var _ = host.tellEnd(this, request, result)
                .orTimeout(EngineOptions.DEFAULT.releaseTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((value, failure) -> {
                    var _ = result.thenAccept(this::show);
                });
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

    /** An engine that tells nobody of its ends leaves it to its caller. */
    GenerationResult shown(Attempt attempt, GenerationResult result) throws InterruptedException {
        if (attempt.shown() == null) {
            var _ = ended(attempt, result);
        }
        try {
            return Objects.requireNonNull(attempt.shown()).get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The attempt that runs, as soon as its engine has it; null if the request has ended without one. */
    @Nullable
    Attempt awaitAttempt() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (end == null && (current == null || current.handle() == null)) {
                changed.await();
            }
            return end == null ? current : null;
        } finally {
            lock.unlock();
        }
    }

    /** Gives an event to the caller, so that it cannot be taken back; false if it is not for the caller: nothing of an attempt that was given up, and no second beginning. */
    boolean gives(Attempt attempt, GenerationEvent event) {
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

    /** How it ended, where no engine said so. */
    GenerationResult end() {
        lock.lock();
        try {
            return Objects.requireNonNull(end);
        } finally {
            lock.unlock();
        }
    }

    void cancel() {
        Generation handle;
        GenerationResult failed;
        boolean between;
        lock.lock();
        try {
            cancelled = true;
            between = current == null && !finished;
            failed = lastFailure;
            handle = current == null ? null : current.handle();
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
