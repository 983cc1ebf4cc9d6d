package org.olmo4j.spring.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.error.ModelLoadingException;
import org.olmo4j.error.ModelNotFoundException;
import org.olmo4j.error.RateLimitExceededException;
import org.olmo4j.error.RetryLaterException;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;

@Timeout(20)
class HostedModelTests {

    private static final GenerationRequest REQUEST =
            GenerationRequest.builder(new Prompt.Text("Hello")).build();

    /** Whatever is not loaded at once goes on in the background, and nobody waits for it. */
    private static final HostOptions IMPATIENT = new HostOptions(
            Duration.ZERO, Duration.ZERO, Duration.ofSeconds(3), List.of(), List.of(), DeviceBreakers.NONE);

    private static final HostOptions PATIENT = new HostOptions(
            Duration.ofSeconds(15),
            Duration.ofSeconds(15),
            Duration.ofSeconds(3),
            List.of(),
            List.of(),
            DeviceBreakers.NONE);

    private final Generation answer = ScriptedGeneration.saying("a");
    private final ScriptedEngine engine = ScriptedEngine.withoutTokenizer().answer(answer);
    private final ScriptedLoader loader = new ScriptedLoader(engine);

    private static String text(Generation generation) throws InterruptedException {
        return generation.await().text();
    }

    private static void awaitReady(HostedModel model) {
        await().untilAsserted(() -> assertThat(model.state()).isInstanceOf(HostedState.Ready.class));
    }

    @Test
    void aQuickLoadIsReadyOnReturn() throws InterruptedException {
        try (HostedModel model = HostedModel.start("olmo", loader, PATIENT)) {
            assertThat(model.state()).isEqualTo(new HostedState.Ready("CPU, 8 lanes"));
            assertThat(text(model.engine().submit(REQUEST))).isEqualTo("a");
            engine.answer(ScriptedGeneration.saying("b"), ScriptedGeneration.saying("c"));
            List<Generation> samples = model.engine().submit(REQUEST, 2);
            assertThat(samples).hasSize(2);
            assertThat(text(samples.get(0))).isEqualTo("b");
            assertThat(text(samples.get(1))).isEqualTo("c");
        }
        assertThat(loader.happened()).containsExactly("check", "load", "close", "close check");
    }

    @Test
    void aSlowLoadGoesOnInTheBackground() throws InterruptedException {
        loader.slow();

        try (HostedModel model = HostedModel.start("olmo", loader, IMPATIENT)) {
            loader.awaitLoading();

            assertThat(model.state()).isEqualTo(new HostedState.Loading(250, 1000));
            assertThat(model.engine().status().running()).isZero();
            assertThat(model.engine().defaultSampling()).isNotNull();
            assertThatThrownBy(() -> model.engine().submit(REQUEST))
                    .isInstanceOf(ModelLoadingException.class)
                    .hasMessageContaining("'olmo' is being loaded (25 %)")
                    .isInstanceOfSatisfying(
                            RetryLaterException.class,
                            later -> assertThat(later.retryAfter())
                                    .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(60)));
            assertThat(engine.requests()).isEmpty();

            loader.go();
            awaitReady(model);
            assertThat(text(model.engine().submit(REQUEST))).isEqualTo("a");
        }
    }

    @Test
    void requestsWaitAsLongAsTheOptionsSay() throws Exception {
        loader.slow();
        HostOptions options = new HostOptions(
                Duration.ZERO, Duration.ofSeconds(15), Duration.ZERO, List.of(), List.of(), DeviceBreakers.NONE);

        try (HostedModel model = HostedModel.start("olmo", loader, options)) {
            loader.awaitLoading();
            CompletableFuture<Generation> submitted = new CompletableFuture<>();
            Thread caller = Thread.ofVirtual()
                    .start(() -> submitted.complete(model.engine().submit(REQUEST)));
            await().until(() -> caller.getState() == Thread.State.TIMED_WAITING);

            loader.go();

            assertThat(text(submitted.get(10, TimeUnit.SECONDS))).isEqualTo("a");
        }
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        loader.slow();
        HostOptions options = new HostOptions(
                Duration.ZERO, Duration.ofHours(1), Duration.ZERO, List.of(), List.of(), DeviceBreakers.NONE);

        try (HostedModel model = HostedModel.start("olmo", loader, options)) {
            loader.awaitLoading();
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> model.engine().submit(REQUEST)).isInstanceOf(ModelLoadingException.class);
            assertThat(Thread.interrupted()).isTrue();
            loader.go();
        }
    }

    @Test
    void aFailedCheckFailsTheStart() {
        ModelNotFoundException missing = new ModelNotFoundException("No folder", "Name one");

        assertThatThrownBy(() -> HostedModel.start("olmo", loader.checkFailsBy(missing), PATIENT))
                .isSameAs(missing);
    }

    @Test
    void aLoadThatFailsAtOnceFailsTheStart() {
        BackendUnavailableException full = new BackendUnavailableException("No memory", "Add some");

        assertThatThrownBy(() -> HostedModel.start("olmo", loader.loadFailsBy(full), PATIENT))
                .isSameAs(full);
    }

    @Test
    void aLoadThatFailsLaterIsToldToEveryRequest() {
        BackendUnavailableException full = new BackendUnavailableException("No memory", "Add some");

        try (HostedModel model = HostedModel.start("olmo", loader.slow().loadFailsBy(full), IMPATIENT)) {
            loader.go();
            await().untilAsserted(() -> assertThat(model.state()).isEqualTo(new HostedState.Failed(full)));

            assertThatThrownBy(() -> model.engine().submit(REQUEST))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessage("The model 'olmo' cannot answer: No memory. Add some.")
                    .hasCause(full);
        }
    }

    @Test
    void anErrorOfTheJvmDoesNotLeaveRequestsWaiting() {
        try (HostedModel model =
                HostedModel.start("olmo", loader.slow().loadFailsBy(new OutOfMemoryError("heap")), IMPATIENT)) {
            loader.go();

            await().untilAsserted(() -> assertThat(model.state())
                    .isInstanceOfSatisfying(
                            HostedState.Failed.class,
                            failed -> assertThat(failed.error())
                                    .hasMessageContaining("OutOfMemoryError: heap")
                                    .hasRootCauseInstanceOf(OutOfMemoryError.class)));
        }
    }

    @Test
    void listenersHearOfWhatIsRefusedWithoutAnEngine() throws InterruptedException {
        List<GenerationResult> ends = new ArrayList<>();
        GenerationListener listener = (request, result) -> {
            ends.add(result);
            return CompletableFuture.completedStage(null);
        };
        GenerationListener broken = (request, result) -> {
            throw new IllegalStateException("as for a test");
        };
        HostOptions options = new HostOptions(
                Duration.ZERO, Duration.ZERO, Duration.ZERO, List.of(broken, listener), List.of(), DeviceBreakers.NONE);

        try (HostedModel model = HostedModel.start("olmo", loader.slow(), options)) {
            loader.awaitLoading();
            assertThatThrownBy(() -> model.engine().submit(REQUEST)).isInstanceOf(ModelLoadingException.class);
            loader.go();
            awaitReady(model);
            model.engine().submit(REQUEST);
        }

        assertThat(ends).singleElement().satisfies(end -> {
            assertThat(end.finishReason()).isEqualTo(FinishReason.REFUSED);
            assertThat(end.error()).isInstanceOf(ModelLoadingException.class);
        });
    }

    @Test
    void gatesAreAskedOnceForEachRequestAndWhatTheyRefuseIsTold() {
        List<GenerationRequest> asked = new ArrayList<>();
        RateLimitExceededException refusal = new RateLimitExceededException("One request only", Duration.ofSeconds(3));
        RequestGate gate = request -> {
            asked.add(request);
            if (asked.size() > 1) {
                throw refusal;
            }
        };
        List<GenerationResult> ends = new ArrayList<>();
        GenerationListener listener = (request, result) -> {
            ends.add(result);
            return CompletableFuture.completedStage(null);
        };
        HostOptions options = new HostOptions(
                Duration.ofSeconds(15),
                Duration.ZERO,
                Duration.ZERO,
                List.of(listener),
                List.of(gate),
                DeviceBreakers.NONE);

        try (HostedModel model = HostedModel.start("olmo", loader, options)) {
            engine.answer(answer);
            assertThat(model.engine().submit(REQUEST, 2)).hasSize(2);
            assertThatThrownBy(() -> model.engine().submit(REQUEST)).isSameAs(refusal);
        }

        assertThat(asked).containsExactly(REQUEST, REQUEST);
        assertThat(engine.requests()).hasSize(2);
        assertThat(ends).singleElement().satisfies(end -> {
            assertThat(end.finishReason()).isEqualTo(FinishReason.REFUSED);
            assertThat(end.error()).isSameAs(refusal);
        });
    }

    @Test
    void isReplacedBehindTheSameEngine() throws InterruptedException {
        Generation second = ScriptedGeneration.saying("b");

        try (HostedModel model = HostedModel.start("olmo", loader, PATIENT)) {
            Engine handle = model.engine();
            handle.submit(REQUEST);
            engine.answer(second);

            model.reload();
            awaitReady(model);

            assertThat(text(handle.submit(REQUEST))).isEqualTo("b");
            assertThat(engine.drains())
                    .singleElement()
                    .satisfies(time -> assertThat(time).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(3)));
        }
        assertThat(loader.happened())
                .containsExactly("check", "load", "check", "close", "close check", "load", "close", "close check");
    }

    @Test
    void goesOnIfTheNewFilesAreBroken() throws InterruptedException {
        ModelFormatException broken = new ModelFormatException("config.json is cut off", "Copy it again");

        try (HostedModel model = HostedModel.start("olmo", loader, PATIENT)) {
            loader.checkFailsBy(broken);

            assertThatThrownBy(model::reload).isSameAs(broken);

            assertThat(text(model.engine().submit(REQUEST))).isEqualTo("a");
            assertThat(engine.drains()).isEmpty();
        }
    }

    @Test
    void isNotReloadedTwiceAtATime() throws InterruptedException {
        try (HostedModel model = HostedModel.start("olmo", loader, PATIENT)) {
            loader.slow();
            model.reload();
            loader.awaitLoading();

            assertThatThrownBy(model::reload)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("being loaded already");
            loader.go();
        }
    }

    @Test
    void canBeLoadedAgainAfterAFailure() throws InterruptedException {
        try (HostedModel model =
                HostedModel.start("olmo", loader.slow().loadFailsBy(new OutOfMemoryError("heap")), IMPATIENT)) {
            loader.go();
            await().untilAsserted(() -> assertThat(model.state()).isInstanceOf(HostedState.Failed.class));
            loader.loadFailsBy(null);

            model.reload();
            awaitReady(model);

            assertThat(text(model.engine().submit(REQUEST))).isEqualTo("a");
        }
    }

    @Test
    void closingStopsALoadAndRefusesRequests() throws Exception {
        loader.slow();
        HostedModel model = HostedModel.start("olmo", loader, IMPATIENT);
        loader.awaitLoading();
        Thread closing = Thread.ofVirtual().start(model::close);
        await().untilAsserted(() -> assertThat(model.state()).isEqualTo(new HostedState.Closed()));
        loader.go();
        closing.join();

        assertThat(model.state()).isEqualTo(new HostedState.Closed());
        assertThatThrownBy(() -> model.engine().submit(REQUEST)).isInstanceOf(EngineClosedException.class);
        assertThatThrownBy(model::reload).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aModelOfTheApplicationIsTakenAsItIs() {
        HostedModel model = HostedModel.of("olmo", engine, "its own");

        assertThat(model.engine()).isSameAs(engine);
        assertThat(model.state()).isEqualTo(new HostedState.Ready("its own"));
        assertThat(model.reloadable()).isFalse();
        assertThatThrownBy(model::reload).isInstanceOf(IllegalStateException.class);
    }
}
