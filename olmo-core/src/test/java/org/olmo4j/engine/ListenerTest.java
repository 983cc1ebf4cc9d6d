package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.InvalidRequestException;

class ListenerTest {

    private final List<GenerationResult> ends = Collections.synchronizedList(new ArrayList<>());

    private final GenerationListener recorder = (request, result) -> {
        ends.add(result);
        return CompletableFuture.completedFuture(null);
    };

    @Test
    void everyEndIsToldOnceWhateverItIs() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(1, 1).listener(recorder).start()) {
            scenario.model().hold();
            Generation cancelled = scenario.submit(Scenario.text("a"));
            scenario.model().awaitStep();
            Generation complete = scenario.submit(Scenario.text("b").maxTokens(3));
            assertThatThrownBy(() -> scenario.submit(Scenario.text("c"))).isInstanceOf(EngineBusyException.class);
            cancelled.cancel();
            cancelled.await();
            assertThatThrownBy(() -> scenario.submit(Scenario.text("d".repeat(64))))
                    .isInstanceOf(InvalidRequestException.class);
            scenario.model().release();
            complete.await();
            scenario.model().failWith(step -> new IllegalStateException());
            assertThatThrownBy(() -> scenario.run(Scenario.text("e")));
        }

        assertThat(ends.stream().map(GenerationResult::finishReason))
                .containsExactly(
                        FinishReason.REFUSED,
                        FinishReason.CANCELLED,
                        FinishReason.FAILED,
                        FinishReason.LENGTH,
                        FinishReason.FAILED);
        assertThat(ends.stream().map(GenerationResult::id)).doesNotHaveDuplicates();
    }

    @Test
    void whatIsAdmittedIsToldBeforeItsEndAndWhatIsRefusedHasAnEndOnly() throws InterruptedException {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        GenerationListener listener = new GenerationListener() {
            @Override
            public void admitted(String id, GenerationRequest request, Instant received) {
                told.add("admitted " + id + " of " + request.origin().user() + " as sample " + request.sampleIndex());
            }

            @Override
            public CompletionStage<?> ended(GenerationRequest request, GenerationResult result) {
                told.add(result.finishReason() + " " + result.id());
                return CompletableFuture.completedFuture(null);
            }
        };
        try (Scenario scenario = new Scenario().bounds(2, 0).listener(listener).start()) {
            scenario.model().hold();
            List<Generation> both = scenario.engine()
                    .submit(Scenario.text("a").maxTokens(1).user("ada").build(), 2);
            assertThatThrownBy(() -> scenario.submit(Scenario.text("c"))).isInstanceOf(EngineBusyException.class);
            assertThat(told)
                    .hasSize(3)
                    .startsWith(
                            "admitted " + both.get(0).id() + " of ada as sample 0",
                            "admitted " + both.get(1).id() + " of ada as sample 1")
                    .last(InstanceOfAssertFactories.STRING)
                    .startsWith("REFUSED");
            scenario.model().release();
            for (Generation generation : both) {
                generation.await();
            }
            assertThat(told)
                    .hasSize(5)
                    .contains(
                            "LENGTH " + both.get(0).id(),
                            "LENGTH " + both.get(1).id());
        }
    }

    @Test
    void aListenerThatFailsWhenItHearsOfAnAdmissionCostsNobodyAnything() throws InterruptedException {
        GenerationListener failing = new GenerationListener() {
            @Override
            public void admitted(String id, GenerationRequest request, Instant received) {
                throw new IllegalStateException("broken listener");
            }

            @Override
            public CompletionStage<?> ended(GenerationRequest request, GenerationResult result) {
                return CompletableFuture.completedFuture(null);
            }
        };
        try (Scenario scenario =
                new Scenario().listener(failing).listener(recorder).start()) {
            assertThat(scenario.run(Scenario.text("a").maxTokens(2)).tokenIds()).hasSize(2);
        }
        assertThat(ends).hasSize(1);
    }

    @Test
    void theEndIsShownWhenAllListenersAreDone() throws Exception {
        CompletableFuture<Void> first = new CompletableFuture<>();
        CompletableFuture<Void> second = new CompletableFuture<>();
        CountDownLatch told = new CountDownLatch(1);
        try (Scenario scenario = new Scenario()
                .releaseTimeout(Duration.ofHours(1))
                .listener((request, result) -> first)
                .listener((request, result) -> {
                    told.countDown();
                    return second;
                })
                .start()) {
            Generation generation = scenario.submit(Scenario.text("a").maxTokens(1));
            CompletableFuture<GenerationResult> seen = CompletableFuture.supplyAsync(() -> {
                try {
                    return generation.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
            second.complete(null);
            // The engine is not held up by the listener, only this caller is.
            assertThat(scenario.engine().status().running()).isZero();
            assertThat(seen).isNotDone();
            first.complete(null);

            assertThat(seen.get(10, TimeUnit.SECONDS).tokenIds()).hasSize(1);
        }
    }

    @Test
    void aListenerThatNeverCompletesHoldsTheEndUpForTheReleaseTimeoutOnly() throws InterruptedException {
        try (Scenario scenario = new Scenario()
                .releaseTimeout(Duration.ofMillis(20))
                .listener((request, result) -> new CompletableFuture<>())
                .start()) {
            assertThat(scenario.run(Scenario.text("a").maxTokens(1)).tokenIds()).hasSize(1);
            assertThat(scenario.engine().status().releaseTimeouts()).isEqualTo(1);
        }
    }

    @Test
    void aListenerThatFailsCostsNobodyAnAnswer() throws InterruptedException {
        try (Scenario scenario = new Scenario()
                .listener((request, result) -> {
                    throw new IllegalStateException("listener");
                })
                .listener((request, result) -> {
                    throw new LinkageError("listener");
                })
                .listener((request, result) -> CompletableFuture.failedFuture(new IllegalStateException("stage")))
                .listener((request, result) -> null)
                .listener(recorder)
                .start()) {
            assertThat(scenario.run(Scenario.text("a").maxTokens(1)).tokenIds()).hasSize(1);
            assertThat(scenario.run(Scenario.text("a").maxTokens(2)).tokenIds()).hasSize(2);
        }
        assertThat(ends).hasSize(2);
    }

    @Test
    void aListenerMayCloseTheEngine() throws InterruptedException {
        Scenario[] scenario = new Scenario[1];
        scenario[0] = new Scenario().listener((request, result) -> {
            scenario[0].engine().close();
            return CompletableFuture.completedFuture(null);
        });
        scenario[0].start();

        assertThat(scenario[0].run(Scenario.text("a").maxTokens(1)).tokenIds()).hasSize(1);
        scenario[0].close();
    }

    @Test
    void theDeathOfTheEngineIsToldAfterTheEndsAndAnOrdinaryCloseIsNot() throws InterruptedException {
        CompletableFuture<Throwable> death = new CompletableFuture<>();
        GenerationListener dying = new GenerationListener() {
            @Override
            public CompletableFuture<?> ended(GenerationRequest request, GenerationResult result) {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void engineFailed(Throwable cause) {
                death.complete(cause);
                throw new IllegalStateException("a listener's own fault");
            }
        };
        CompletableFuture<Throwable> second = new CompletableFuture<>();
        GenerationListener another = new GenerationListener() {
            @Override
            public CompletableFuture<?> ended(GenerationRequest request, GenerationResult result) {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void engineFailed(Throwable cause) {
                second.complete(cause);
            }
        };
        try (Scenario scenario = new Scenario().listener(dying).start()) {
            scenario.run(Scenario.text("a").maxTokens(1));
        }
        assertThat(death).isNotDone();

        InternalError fatal = new InternalError("a fault occurred");
        try (Scenario scenario =
                new Scenario().listener(dying).listener(another).start()) {
            scenario.model().failWith(step -> fatal);
            assertThatThrownBy(() -> scenario.run(Scenario.text("a")));
            assertThat(second.orTimeout(10, TimeUnit.SECONDS).join()).isSameAs(fatal);
            assertThat(death.join()).isSameAs(fatal);
        }
    }
}
