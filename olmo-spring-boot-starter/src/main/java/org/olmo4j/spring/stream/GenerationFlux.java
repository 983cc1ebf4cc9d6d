package org.olmo4j.spring.stream;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationResult;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Makes a {@link Generation} a stream of its events: at most one {@code Started}, any number of {@code Delta}, one {@code Ended}, then
 * completion. A generation that failed ends with its {@code Ended} event as well; only what the submission throws is an error signal.
 *
 * <p>Each subscription has a virtual thread of its own, in which events are taken from the handle when they are asked for and signalled
 * downstream; a subscriber that asks slowly holds up neither the engine nor other subscribers. Cancelling the subscription cancels the
 * generation.
 */
public final class GenerationFlux {

    private GenerationFlux() {}

    /**
     * Streams a generation that is submitted on subscription, in the subscription's virtual thread, so that rendering and encoding a long
     * prompt never blocks the subscriber. Each subscription submits anew.
     *
     * @param submission submits; called once for each subscription
     * @return the events; an error signal if the submission throws
     */
    public static Flux<GenerationEvent> submitting(Supplier<Generation> submission) {
        return submitting(submission, new Observer() {});
    }

    /**
     * The same, and tells of the end also where the subscriber does not hear of it any more.
     *
     * @param submission submits; called once for each subscription
     * @param observer of every subscription
     * @return the events; an error signal if the submission throws
     */
    public static Flux<GenerationEvent> submitting(Supplier<Generation> submission, Observer observer) {
        return Flux.create(sink -> new Pull(sink, submission, Generation::next, observer).start());
    }

    /** Hears of the end of a generation, in the subscription's thread. */
    public interface Observer {

        /**
         * It ended; told before the subscriber is, and also if the subscription was cancelled.
         *
         * @param result all of it
         */
        default void ended(GenerationResult result) {}

        /** The subscription is over, whether its generation ended or the submission threw; the last call. */
        default void done() {}
    }

    /**
     * Streams a generation that was submitted already. It can be subscribed to once, since events are taken from the handle.
     *
     * @param generation the handle, none of whose events were taken
     * @return the events
     */
    public static Flux<GenerationEvent> of(Generation generation) {
        return submitting(() -> generation);
    }

    /**
     * Waits for the end of a generation that was submitted already, as {@link Generation#awaitEnd()} does. It can be subscribed to once.
     *
     * @param generation the handle, none of whose events were taken
     * @return the result, whatever the finish reason
     */
    public static Mono<GenerationResult> result(Generation generation) {
        return Flux.<GenerationEvent>create(sink -> new Pull(
                                sink,
                                () -> generation,
                                handle -> new GenerationEvent.Ended(handle.awaitEnd()),
                                new Observer() {})
                        .start())
                .cast(GenerationEvent.Ended.class)
                .map(GenerationEvent.Ended::result)
                .single();
    }

    /**
     * Submits generations on subscription, in a virtual thread. If the subscription is cancelled before they are handed over, they are too.
     *
     * @param submission submits; called once for each subscription
     * @return the handles; an error signal if the submission throws
     */
    public static Mono<List<Generation>> submission(Supplier<List<Generation>> submission) {
        return Mono.create(sink -> new Submission(sink, submission).start());
    }

    private static final class Submission implements Runnable {

        private final MonoSink<List<Generation>> sink;
        private final Supplier<List<Generation>> submission;
        private volatile List<Generation> submitted = List.of();
        private volatile boolean cancelled;

        Submission(MonoSink<List<Generation>> sink, Supplier<List<Generation>> submission) {
            this.sink = sink;
            this.submission = submission;
        }

        void start() {
            sink.onCancel(this::cancel);
            Thread.ofVirtual().name("olmo-submission").start(this);
        }

        @Override
        public void run() {
            try {
                submitted = submission.get();
            } catch (RuntimeException | Error e) {
                sink.error(e);
                return;
            }
            if (cancelled) {
                cancel();
            }
            sink.success(submitted);
        }

        private void cancel() {
            cancelled = true;
            submitted.forEach(Generation::cancel);
        }
    }

    /** How an event is taken from a handle. */
    private interface Taking {
        GenerationEvent next(Generation generation) throws InterruptedException;
    }

    private static final class Pull implements Runnable {

        private final FluxSink<GenerationEvent> sink;
        private final Supplier<Generation> submission;
        private final Taking taking;
        private final Observer observer;
        private final Thread thread;
        private volatile @Nullable Generation generation;

        Pull(FluxSink<GenerationEvent> sink, Supplier<Generation> submission, Taking taking, Observer observer) {
            this.sink = sink;
            this.submission = submission;
            this.taking = taking;
            this.observer = observer;
            this.thread = Thread.ofVirtual().name("olmo-stream").unstarted(this);
        }

        void start() {
            sink.onRequest(requested -> LockSupport.unpark(thread));
            sink.onCancel(this::cancel);
            thread.start();
        }

        @Override
        public void run() {
            try {
                Generation submitted = submission.get();
                generation = submitted;
                pull(submitted);
            } catch (InterruptedException e) {
                cancel();
                Thread.currentThread().interrupt();
                sink.error(e);
            } catch (RuntimeException | Error e) {
                // Also an error: it would end this thread alone, and the subscriber would wait for ever.
                cancel();
                sink.error(e);
            } finally {
                observer.done();
            }
        }

        private void pull(Generation submitted) throws InterruptedException {
            while (awaitDemand()) {
                GenerationEvent event = taking.next(submitted);
                if (event instanceof GenerationEvent.Ended(GenerationResult result)) {
                    observer.ended(result);
                    sink.next(event);
                    sink.complete();
                    return;
                }
                sink.next(event);
            }
            // The subscription may have been cancelled before its handle was known.
            submitted.cancel();
            observer.ended(submitted.forEach(event -> {}));
        }

        private boolean awaitDemand() {
            while (!sink.isCancelled() && sink.requestedFromDownstream() == 0) {
                LockSupport.park(this);
            }
            return !sink.isCancelled();
        }

        private void cancel() {
            Generation submitted = generation;
            if (submitted != null) {
                submitted.cancel();
            }
            LockSupport.unpark(thread);
        }
    }
}
