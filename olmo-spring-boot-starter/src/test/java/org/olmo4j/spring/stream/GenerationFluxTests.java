package org.olmo4j.spring.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.spring.testing.ScriptedGeneration;
import reactor.core.Disposable;
import reactor.test.StepVerifier;

@Timeout(20)
class GenerationFluxTests {

    private static ScriptedGeneration hello() {
        return ScriptedGeneration.of(1).delta("Hello", 7).endsBy(FinishReason.STOP);
    }

    @Test
    void signalsEveryEventInOrderAndThenCompletes() {
        ScriptedGeneration generation = hello();
        List<GenerationEvent> events = generation.waitingEvents();

        StepVerifier.create(GenerationFlux.of(generation))
                .expectNext(events.get(0), events.get(1), events.get(2))
                .verifyComplete();

        assertThat(generation.cancelled().getCount()).isOne();
    }

    @Test
    void takesNoEventThatWasNotAskedFor() throws InterruptedException {
        ScriptedGeneration generation = hello();
        List<GenerationEvent> events = generation.waitingEvents();

        StepVerifier.create(GenerationFlux.of(generation), 0)
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(100))
                .then(() -> assertThat(generation.waitingEvents()).hasSize(3))
                .thenRequest(1)
                .expectNext(events.get(0))
                .expectNoEvent(Duration.ofMillis(100))
                .then(() -> assertThat(generation.waitingEvents()).hasSize(2))
                .thenRequest(2)
                .expectNext(events.get(1), events.get(2))
                .verifyComplete();
    }

    @Test
    void cancelsTheGenerationWhileItWaitsForAnEvent() throws InterruptedException {
        ScriptedGeneration generation = ScriptedGeneration.of(1).hangs();
        CountDownLatch started = new CountDownLatch(1);

        Disposable subscription = GenerationFlux.of(generation).subscribe(event -> started.countDown());
        assertThat(started.await(5, TimeUnit.SECONDS)).isTrue();
        subscription.dispose();

        assertThat(generation.cancelled().await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void cancelsTheGenerationWhileItWaitsForDemand() throws InterruptedException {
        ScriptedGeneration generation = hello();

        StepVerifier.create(GenerationFlux.of(generation), 1)
                .expectNext(generation.waitingEvents().getFirst())
                .thenCancel()
                .verify();

        assertThat(generation.cancelled().await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void cancelsAGenerationWhoseSubscriptionEndedDuringItsSubmission() throws InterruptedException {
        ScriptedGeneration generation = ScriptedGeneration.of(1).hangs();
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

        assertThat(generation.cancelled().await(5, TimeUnit.SECONDS)).isTrue();
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
            return hello();
        });

        StepVerifier.create(flux).expectNextCount(3).verifyComplete();
        StepVerifier.create(flux).expectNextCount(3).verifyComplete();

        assertThat(submissions).hasValue(2);
    }

    private static final class Heard implements GenerationFlux.Observer {
        private final List<GenerationResult> results = new CopyOnWriteArrayList<>();
        private final CountDownLatch done = new CountDownLatch(1);

        @Override
        public void ended(GenerationResult result) {
            assertThat(done.getCount()).isOne();
            results.add(result);
        }

        @Override
        public void done() {
            done.countDown();
        }
    }

    @Test
    void tellsOfTheEndBeforeTheSubscriberHearsOfIt() throws InterruptedException {
        Heard heard = new Heard();

        StepVerifier.create(GenerationFlux.submitting(GenerationFluxTests::hello, heard))
                .expectNextCount(2)
                .assertNext(event -> assertThat(event).isEqualTo(new GenerationEvent.Ended(heard.results.getFirst())))
                .verifyComplete();

        assertThat(heard.done.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(heard.results).hasSize(1);
    }

    @Test
    void tellsOfTheEndOfACancelledSubscriptionToo() throws InterruptedException {
        Heard heard = new Heard();

        StepVerifier.create(GenerationFlux.submitting(
                        () -> ScriptedGeneration.of(1).delta("a", 7).hangs(), heard))
                .expectNextCount(2)
                .thenCancel()
                .verify();

        assertThat(heard.done.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(heard.results).singleElement().satisfies(result -> {
            assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(result.usage().completionTokens()).isOne();
        });
    }

    @Test
    void isDoneAlsoIfTheSubmissionThrows() throws InterruptedException {
        Heard heard = new Heard();

        StepVerifier.create(GenerationFlux.submitting(
                        () -> {
                            throw new EngineBusyException("8 run and 64 wait", Duration.ofSeconds(3));
                        },
                        heard))
                .verifyError(EngineBusyException.class);

        assertThat(heard.done.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(heard.results).isEmpty();
    }

    @Test
    void handsOverGenerationsThatWereSubmittedTogether() {
        ScriptedGeneration first = hello();
        ScriptedGeneration second = hello();

        StepVerifier.create(GenerationFlux.submission(() -> {
                    assertThat(Thread.currentThread().isVirtual()).isTrue();
                    return List.of(first, second);
                }))
                .expectNext(List.of(first, second))
                .verifyComplete();

        assertThat(first.cancelled().getCount()).isOne();
    }

    @Test
    void cancelsGenerationsThatNobodyTakesOver() throws InterruptedException {
        ScriptedGeneration first = hello();
        ScriptedGeneration second = hello();
        CountDownLatch submitting = new CountDownLatch(1);
        CountDownLatch disposed = new CountDownLatch(1);

        Disposable subscription = GenerationFlux.submission(() -> {
                    submitting.countDown();
                    awaitUninterruptibly(disposed);
                    return List.of(first, second);
                })
                .subscribe();
        assertThat(submitting.await(5, TimeUnit.SECONDS)).isTrue();
        subscription.dispose();
        disposed.countDown();

        assertThat(first.cancelled().await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(second.cancelled().await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void signalsWhyGenerationsWereNotSubmitted() {
        EngineBusyException busy = new EngineBusyException("8 run and 64 wait", Duration.ofSeconds(3));

        StepVerifier.create(GenerationFlux.submission(() -> {
                    throw busy;
                }))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(busy));
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
}
