package org.olmo4j.spring.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Timings;
import org.olmo4j.engine.Usage;
import org.olmo4j.error.EngineBusyException;
import reactor.core.Disposable;
import reactor.test.StepVerifier;

@Timeout(20)
class GenerationFluxTests {

    private static final GenerationEvent.Started STARTED = new GenerationEvent.Started(new int[] {1}, List.of());
    private static final GenerationEvent.Delta HELLO = new GenerationEvent.Delta("Hello", List.of(7), List.of());
    private static final GenerationEvent.Ended ENDED = new GenerationEvent.Ended(result(FinishReason.STOP));
    private static final GenerationEvent.Ended CANCELLED = new GenerationEvent.Ended(result(FinishReason.CANCELLED));

    @Test
    void signalsEveryEventInOrderAndThenCompletes() {
        QueuedGeneration generation = new QueuedGeneration(STARTED, HELLO, ENDED);

        StepVerifier.create(GenerationFlux.of(generation))
                .expectNext(STARTED, HELLO, ENDED)
                .verifyComplete();

        assertThat(generation.cancellations).hasValue(0);
    }

    @Test
    void takesNoEventThatWasNotAskedFor() throws InterruptedException {
        QueuedGeneration generation = new QueuedGeneration(STARTED, HELLO, ENDED);

        StepVerifier.create(GenerationFlux.of(generation), 0)
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(100))
                .then(() -> assertThat(generation.events).hasSize(3))
                .thenRequest(1)
                .expectNext(STARTED)
                .expectNoEvent(Duration.ofMillis(100))
                .then(() -> assertThat(generation.events).hasSize(2))
                .thenRequest(2)
                .expectNext(HELLO, ENDED)
                .verifyComplete();
    }

    @Test
    void cancelsTheGenerationWhileItWaitsForAnEvent() throws InterruptedException {
        QueuedGeneration generation = new QueuedGeneration(STARTED);
        CountDownLatch started = new CountDownLatch(1);

        Disposable subscription = GenerationFlux.of(generation).subscribe(event -> started.countDown());
        assertThat(started.await(5, TimeUnit.SECONDS)).isTrue();
        subscription.dispose();

        assertThat(generation.cancelled.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void cancelsTheGenerationWhileItWaitsForDemand() throws InterruptedException {
        QueuedGeneration generation = new QueuedGeneration(STARTED, HELLO, ENDED);

        StepVerifier.create(GenerationFlux.of(generation), 1)
                .expectNext(STARTED)
                .thenCancel()
                .verify();

        assertThat(generation.cancelled.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void cancelsAGenerationWhoseSubscriptionEndedDuringItsSubmission() throws InterruptedException {
        QueuedGeneration generation = new QueuedGeneration(STARTED);
        CountDownLatch submitting = new CountDownLatch(1);
        CountDownLatch disposed = new CountDownLatch(1);

        Disposable subscription = GenerationFlux.submitting(() -> {
                    submitting.countDown();
                    awaitUninterruptibly(disposed);
                    return generation;
                })
                .subscribe();
        assertThat(submitting.await(5, TimeUnit.SECONDS)).isTrue();
        subscription.dispose();
        disposed.countDown();

        assertThat(generation.cancelled.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void signalsWhatTheSubmissionThrows() {
        EngineBusyException busy = new EngineBusyException("8 run and 64 wait", Duration.ofSeconds(3));

        StepVerifier.create(GenerationFlux.submitting(() -> {
                    throw busy;
                }))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(busy));
    }

    @Test
    void signalsAnErrorOfTheSubmissionInsteadOfNeverEnding() {
        StackOverflowError overflow = new StackOverflowError();

        StepVerifier.create(GenerationFlux.submitting(() -> {
                    throw overflow;
                }))
                .expectErrorSatisfies(error -> assertThat(error).isSameAs(overflow))
                .verify(Duration.ofSeconds(5));
    }

    @Test
    void submitsInAVirtualThreadAndOnceForEachSubscription() {
        AtomicInteger submissions = new AtomicInteger();
        var flux = GenerationFlux.submitting(() -> {
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            submissions.incrementAndGet();
            return new QueuedGeneration(ENDED);
        });

        StepVerifier.create(flux).expectNext(ENDED).verifyComplete();
        StepVerifier.create(flux).expectNext(ENDED).verifyComplete();

        assertThat(submissions).hasValue(2);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static GenerationResult result(FinishReason reason) {
        return new GenerationResult(
                "g1",
                "Hello",
                List.of(7),
                reason,
                Optional.empty(),
                new Usage(1, 0, 1),
                new Timings(Instant.EPOCH, Optional.empty(), Optional.empty(), Duration.ZERO),
                1,
                List.of(1),
                List.of(),
                List.of(),
                null);
    }

    /** A handle with prepared events, which ends when it is cancelled. */
    private static final class QueuedGeneration implements Generation {
        final BlockingQueue<GenerationEvent> events = new LinkedBlockingQueue<>();
        final AtomicInteger cancellations = new AtomicInteger();
        final CountDownLatch cancelled = new CountDownLatch(1);

        QueuedGeneration(GenerationEvent... prepared) {
            events.addAll(List.of(prepared));
        }

        @Override
        public String id() {
            return "g1";
        }

        @Override
        public GenerationEvent next() throws InterruptedException {
            return events.take();
        }

        @Override
        public GenerationResult forEach(Consumer<GenerationEvent> consumer) {
            throw new UnsupportedOperationException();
        }

        @Override
        public GenerationResult await() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void cancel() {
            cancellations.incrementAndGet();
            events.add(CANCELLED);
            cancelled.countDown();
        }
    }
}
