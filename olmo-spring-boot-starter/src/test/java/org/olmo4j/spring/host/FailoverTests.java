package org.olmo4j.spring.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.olmo4j.Olmo;
import org.olmo4j.backend.Backends;
import org.olmo4j.energy.MeterOptions;
import org.olmo4j.energy.carbon.CarbonAccounting;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.olmo4j.engine.Deadlines;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineOptions;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.DeadlineExceededException;
import org.olmo4j.error.DeviceFailedException;
import org.olmo4j.error.DeviceSuspendedException;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.GenerationInterruptedException;
import org.olmo4j.error.InsufficientMemoryException;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.error.RetryLaterException;
import org.olmo4j.spring.host.BackendStatus.Standing;
import org.olmo4j.spring.resilience.CircuitBreakers;
import org.olmo4j.spring.testing.FaultyBackend;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The demo model on two devices, of which the first one fails. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class FailoverTests {

    private static final String MODEL = "../sample-app/src/main/resources/demo-model";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final FaultyBackend gpu = new FaultyBackend("gpu", 100);
    private final FaultyBackend cpu = new FaultyBackend("cpu", 0);
    private final Ends ends = new Ends();
    private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.custom()
            .slidingWindowSize(2)
            .minimumNumberOfCalls(2)
            .waitDurationInOpenState(Duration.ofMillis(200))
            .permittedNumberOfCallsInHalfOpenState(1)
            .build());
    private final List<HostedModel> started = new ArrayList<>();

    /** What the application hears. */
    private static final class Ends implements GenerationListener {

        private final List<GenerationResult> results = new CopyOnWriteArrayList<>();
        private final List<GenerationRequest> requests = new CopyOnWriteArrayList<>();
        private final List<Throwable> failures = new CopyOnWriteArrayList<>();
        private final List<String> admitted = new CopyOnWriteArrayList<>();

        @Override
        public void admitted(String id, GenerationRequest request, Instant received) {
            assertThat(request.attempt()).isEmpty();
            admitted.add(id);
        }

        @Override
        public CompletionStage<?> ended(GenerationRequest request, GenerationResult result) {
            requests.add(request);
            results.add(result);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void engineFailed(Throwable cause) {
            failures.add(cause);
        }
    }

    private static GenerationRequest.Builder request(int maxTokens) {
        return GenerationRequest.builder(new Prompt.Text("Once upon a time there was"))
                .maxTokens(maxTokens)
                .ignoreEndOfText(true)
                .seed(7);
    }

    /** Beyond the vocabulary. */
    private static GenerationRequest invalid() {
        return GenerationRequest.builder(new Prompt.Tokens(new int[] {10_000_000}))
                .build();
    }

    private HostedModel start(DeviceBreakers breakers, FaultyBackend... backends) {
        return start(breakers, PATIENCE, backends);
    }

    private HostedModel start(DeviceBreakers breakers, Duration requestWait, FaultyBackend... backends) {
        ModelLoader loader = ModelLoader.of(() -> Olmo.builder(MODEL)
                .backends(new Backends(List.of(backends)))
                .engineOptions(new EngineOptions(
                        4,
                        64,
                        EngineOptions.DEFAULT.maxPromptTokens(),
                        EngineOptions.DEFAULT.prefillChunkTokens(),
                        EngineOptions.DEFAULT.stepTimeBudget(),
                        true,
                        Deadlines.NONE,
                        EngineOptions.DEFAULT.releaseTimeout())));
        HostedModel model = HostedModel.start(
                "story",
                loader,
                new HostOptions(PATIENCE, requestWait, Duration.ofSeconds(1), List.of(ends), List.of(), breakers));
        started.add(model);
        return model;
    }

    @AfterEach
    void close() {
        gpu.goOnLoading();
        gpu.goOnStepping();
        cpu.goOnLoading();
        cpu.goOnStepping();
        started.forEach(HostedModel::close);
        assertThat(gpu.open()).isZero();
        assertThat(cpu.open()).isZero();
    }

    private HostedModel withoutBreakers() {
        return start(DeviceBreakers.NONE, gpu, cpu);
    }

    private HostedModel withBreakers() {
        return start(new CircuitBreakers(registry), gpu, cpu);
    }

    private CircuitBreaker breaker() {
        return registry.circuitBreaker("olmo-gpu");
    }

    private static Standing standing(HostedModel model, String backend) {
        return model.backends().stream()
                .filter(status -> status.name().equals(backend))
                .findFirst()
                .orElseThrow()
                .standing();
    }

    private static Optional<String> backend(GenerationResult result) {
        return result.replayKey().map(key -> key.model().numerics().backend());
    }

    private static OlmoException refusal(Engine engine) {
        try {
            Generation generation = engine.submit(request(1).build());
            throw new AssertionError("Admitted: " + generation.id());
        } catch (OlmoException refusal) {
            return refusal;
        }
    }

    /** By the calls, which two failures open. */
    private void openBreaker(HostedModel model) throws InterruptedException {
        gpu.failBy(FaultyBackend.outOfMemory());
        GenerationResult first = model.engine().submit(request(2).build()).awaitEnd();
        assertThat(first.error()).isInstanceOf(GenerationInterruptedException.class);
        model.engine().submit(request(2).build()).awaitEnd();
    }

    @Test
    void theNextBackendAnswersIfTheFirstOneCannotBeLoaded(CapturedOutput output) throws Exception {
        gpu.failLoadsBy(new InsufficientMemoryException("8 GB are needed, 4 GB are there", "Take int8"));
        HostedModel model = withoutBreakers();

        GenerationResult result = model.engine().submit(request(3).build()).await();

        assertThat(backend(result)).contains("cpu");
        assertThat(model.backends())
                .containsExactly(
                        new BackendStatus("gpu", Standing.FAILED, "8 GB are needed, 4 GB are there"),
                        new BackendStatus("cpu", Standing.READY, "the faulty cpu"));
        assertThat(model.state()).isEqualTo(new HostedState.Ready("the faulty cpu"));
        assertThat(output)
                .containsOnlyOnce("Model 'story' cannot be loaded on backend gpu: 8 GB are needed, 4 GB are there");
    }

    @Test
    void theStartFailsWithAllReasonsIfNoBackendCanBeLoaded() {
        gpu.failLoadsBy(FaultyBackend.lost());
        cpu.failLoadsBy(new InsufficientMemoryException("8 GB are needed, 4 GB are there", "Take int8"));

        assertThatThrownBy(this::withoutBreakers)
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("gpu: The device is lost (code 700)")
                .hasMessageContaining("cpu: 8 GB are needed, 4 GB are there");
    }

    @Test
    void theOrderOfTheConfigurationIsKept() throws Exception {
        HostedModel model = HostedModel.start(
                "story",
                ModelLoader.of(() -> Olmo.builder(MODEL)
                        .backends(new Backends(List.of(gpu, cpu)))
                        .backend("cpu, npu, gpu")),
                HostOptions.DEFAULT);
        started.add(model);

        await().untilAsserted(() -> assertThat(model.backends())
                .containsExactly(
                        new BackendStatus("cpu", Standing.READY, "the faulty cpu"),
                        new BackendStatus("npu", Standing.UNAVAILABLE, "no such backend on the class path"),
                        new BackendStatus("gpu", Standing.STANDBY, null)));
        assertThat(gpu.loads()).isZero();
    }

    @Test
    void aRequestWhosePromptTheLostDeviceProcessedRunsOnTheNext(CapturedOutput output) throws Exception {
        HostedModel model = withoutBreakers();
        GenerationResult calm = model.engine().submit(request(5).build()).await();
        gpu.failPrefillBy(FaultyBackend.lost());
        // Its beginning is not in the prefix cache.
        GenerationRequest request = request(5).cacheSalt("another").build();

        Generation generation = model.engine().submit(request);
        GenerationResult result = generation.await();

        assertThat(result.tokenIds()).isEqualTo(calm.tokenIds());
        assertThat(result.id()).isEqualTo(generation.id());
        assertThat(result.usage().completionTokens()).isEqualTo(5);
        assertThat(backend(calm)).contains("gpu");
        assertThat(backend(result)).contains("cpu");
        assertThat(ends.results).hasSize(2).last().isEqualTo(result);
        assertThat(ends.requests.getLast()).isEqualTo(request);
        assertThat(standing(model, "gpu")).isEqualTo(Standing.FAILED);
        assertThat(model.state()).isEqualTo(new HostedState.Ready("the faulty cpu"));
        assertThat(output)
                .containsOnlyOnce("backend gpu is out of service, backend cpu is loaded: The device is lost (code 700)")
                .containsOnlyOnce("Model 'story' runs on backend cpu after");
    }

    @Test
    void anAnswerThatNobodyHasSeenYetBeginsAnew() throws Exception {
        HostedModel model = withoutBreakers();
        gpu.failDecodeBy(FaultyBackend.lost());

        GenerationResult result = model.engine().submit(request(6).build()).await();

        assertThat(backend(result)).contains("cpu");
        assertThat(result.tokenIds()).hasSize(6);
        assertThat(ends.results).containsExactly(result);
        assertThat(ends.admitted).containsExactly(result.id());
    }

    @Test
    void aStreamThatHasGivenNothingButItsBeginningGoesOn() throws Exception {
        HostedModel model = withoutBreakers();
        gpu.holdSteps();
        gpu.failPrefillBy(FaultyBackend.lost());
        Generation generation = model.engine().submit(request(4).build());
        List<GenerationEvent> events = new ArrayList<>();
        events.add(generation.next());
        gpu.goOnStepping();

        GenerationResult result = generation.forEach(events::add);

        assertThat(events.getFirst()).isInstanceOf(GenerationEvent.Started.class);
        assertThat(events.subList(1, events.size())).hasOnlyElementsOfType(GenerationEvent.Delta.class);
        assertThat(events.stream()
                        .filter(GenerationEvent.Delta.class::isInstance)
                        .map(event -> ((GenerationEvent.Delta) event).text())
                        .reduce("", String::concat))
                .isEqualTo(result.text());
        assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(ends.results).containsExactly(result);
    }

    @Test
    void aStreamThatHasGivenTextFailsAndMayBeSentAgain() throws Exception {
        HostedModel model = withoutBreakers();
        Generation generation = model.engine().submit(request(200).build());

        GenerationResult result = generation.forEach(event -> {
            if (event instanceof GenerationEvent.Delta) {
                gpu.failDecodeBy(FaultyBackend.lost());
            }
        });

        assertThat(result.finishReason()).isEqualTo(FinishReason.FAILED);
        assertThat(result.error())
                .isInstanceOf(GenerationInterruptedException.class)
                .isInstanceOf(RetryLaterException.class)
                .hasMessageContaining("The backend gpu failed while the request ran: The device is lost (code 700)")
                .hasCauseInstanceOf(DeviceFailedException.class);
        assertThat(result.usage().completionTokens()).isPositive();
        assertThat(ends.results).containsExactly(result);
        assertThat(backend(model.engine().submit(request(2).build()).await())).contains("cpu");
    }

    @Test
    void allSamplesOfARequestAreRunAgain() throws Exception {
        HostedModel model = withoutBreakers();
        gpu.failDecodeBy(FaultyBackend.lost());

        List<Generation> samples = model.engine().submit(request(4).build(), 3);
        List<GenerationResult> results = new ArrayList<>();
        for (Generation sample : samples) {
            results.add(sample.await());
        }

        assertThat(results).allSatisfy(result -> assertThat(backend(result)).contains("cpu"));
        assertThat(results).extracting(GenerationResult::id).doesNotHaveDuplicates();
        assertThat(results)
                .extracting(
                        result -> result.replayKey().orElseThrow().settings().sampleIndex())
                .containsExactly(0, 1, 2);
        assertThat(ends.results).containsExactlyInAnyOrderElementsOf(results);
        assertThat(ends.requests).extracting(GenerationRequest::sampleIndex).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(ends.admitted)
                .containsExactlyElementsOf(
                        results.stream().map(GenerationResult::id).toList());
    }

    @Test
    void aDeadEngineIsReplacedToo() throws Exception {
        HostedModel model = withoutBreakers();
        gpu.dieBy(new StackOverflowError("as for a test"));

        GenerationResult result = model.engine().submit(request(3).build()).await();

        assertThat(backend(result)).contains("cpu");
        assertThat(ends.results).containsExactly(result);
        assertThat(ends.failures).isEmpty();
        assertThat(standing(model, "gpu")).isEqualTo(Standing.FAILED);
    }

    @Test
    void aFailureThatPassesLeavesTheDeviceInService() throws Exception {
        HostedModel model = withoutBreakers();
        gpu.failPrefillBy(FaultyBackend.outOfMemory());

        GenerationResult failed = model.engine().submit(request(3).build()).awaitEnd();
        gpu.failPrefillBy(null);
        GenerationResult result = model.engine().submit(request(3).build()).await();

        assertThat(failed.error()).isInstanceOf(GenerationInterruptedException.class);
        assertThat(backend(result)).contains("gpu");
        assertThat(cpu.loads()).isZero();
        assertThat(ends.results).containsExactly(failed, result);
    }

    @Test
    void anOpenBreakerSendsRequestsToTheNextBackendAndTheDeviceIsLoadedAgain() throws Exception {
        HostedModel model = withBreakers();

        openBreaker(model);

        assertThat(backend(ends.results.getLast())).contains("cpu");
        assertThat(ends.results).hasSize(2);
        gpu.failBy(null);
        await().untilAsserted(() -> assertThat(standing(model, "gpu")).isEqualTo(Standing.READY));
        assertThat(gpu.loads()).isEqualTo(2);
        assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
        assertThat(backend(model.engine().submit(request(2).build()).await())).contains("gpu");
        assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void aDeviceThatFailsItsTrialIsLeftAloneAgain() throws Exception {
        HostedModel model = withBreakers();
        openBreaker(model);
        await().untilAsserted(() -> assertThat(standing(model, "gpu")).isEqualTo(Standing.READY));

        GenerationResult result = model.engine().submit(request(2).build()).await();

        assertThat(backend(result)).contains("cpu");
        assertThat(ends.results).hasSize(3);
        await().untilAsserted(() -> assertThat(gpu.loads()).isGreaterThan(2));
    }

    @Test
    void aDeviceThatCannotBeLoadedAgainIsTriedLater(CapturedOutput output) throws Exception {
        HostedModel model = withBreakers();
        gpu.failLoadsBy(FaultyBackend.outOfMemory());
        openBreaker(model);

        await().untilAsserted(() -> assertThat(gpu.loads()).isGreaterThan(2));
        assertThat(backend(model.engine().submit(request(2).build()).await())).contains("cpu");
        assertThat(standing(model, "gpu")).isIn(Standing.SUSPENDED, Standing.LOADING);
        gpu.failLoadsBy(null);
        gpu.failBy(null);

        await().untilAsserted(() -> assertThat(standing(model, "gpu")).isEqualTo(Standing.READY));
        assertThat(output).contains("Model 'story' cannot be loaded on backend gpu: The device has no memory");
    }

    @Test
    void aDeviceOnWhichThereIsNoRoomForTheModelIsTriedLater() throws Exception {
        HostedModel model = start(new CircuitBreakers(registry), gpu);
        gpu.failLoadsBy(new InsufficientMemoryException("8 GB are needed, 4 GB are there", "Take int8"));
        openBreaker(model);

        await().untilAsserted(() -> assertThat(gpu.loads()).isEqualTo(2));
        await().untilAsserted(() -> assertThat(standing(model, "gpu")).isEqualTo(Standing.SUSPENDED));
        assertThat(refusal(model.engine())).isInstanceOf(RetryLaterException.class);
        gpu.failLoadsBy(null);
        gpu.failBy(null);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(standing(model, "gpu")).isEqualTo(Standing.READY));
        assertThat(ends.failures).isEmpty();
    }

    @Test
    void whatOneModelFindsLostIsLostForAllModelsOnTheDevice() throws Exception {
        DeviceBreakers shared = new CircuitBreakers(registry);
        HostedModel busy = start(shared, gpu, cpu);
        HostedModel idle = start(shared, gpu);
        HostedModel asked = start(shared, gpu, cpu);
        gpu.failPrefillBy(FaultyBackend.lost());

        busy.engine().submit(request(2).build()).await();

        assertThat(idle.state()).isInstanceOf(HostedState.Failed.class);
        assertThat(backend(asked.engine().submit(request(2).build()).await())).contains("cpu");
        assertThat(refusal(idle.engine()))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("The device is lost");
        await().untilAsserted(() -> assertThat(gpu.open()).isZero());
        assertThat(ends.failures).hasSize(1);
    }

    @Test
    void aDeviceThatFailsToCloseDoesNotKeepTheModelFromBeingLoadedAgain(CapturedOutput output) throws Exception {
        HostedModel model = start(DeviceBreakers.NONE, gpu);
        gpu.failClosesBy(new IllegalStateException("The device does not answer"));

        model.reload();

        await().untilAsserted(() -> assertThat(model.state()).isInstanceOf(HostedState.Ready.class));
        assertThat(backend(model.engine().submit(request(2).build()).await())).contains("gpu");
        assertThat(output).contains("Model 'story': backend gpu could not be closed");
    }

    @Test
    void aLostDeviceIsNeverTriedAgain() throws Exception {
        HostedModel model = withBreakers();
        gpu.failPrefillBy(FaultyBackend.lost());
        model.engine().submit(request(2).build()).await();
        gpu.failPrefillBy(null);

        assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.FORCED_OPEN);
        model.reload();
        await().untilAsserted(() -> assertThat(standing(model, "cpu")).isEqualTo(Standing.READY));

        assertThat(standing(model, "gpu")).isEqualTo(Standing.FAILED);
        assertThat(backend(model.engine().submit(request(2).build()).await())).contains("cpu");
        assertThat(gpu.loads()).isEqualTo(1);
    }

    @Test
    void theOnlyDeviceRefusesRequestsUntilItIsTriedAgain() throws Exception {
        CircuitBreakerRegistry patient = CircuitBreakerRegistry.of(CircuitBreakerConfig.custom()
                .slidingWindowSize(2)
                .minimumNumberOfCalls(2)
                .waitDurationInOpenState(Duration.ofSeconds(40))
                .build());
        HostedModel model = start(new CircuitBreakers(patient), gpu);
        openBreaker(model);

        assertThat(refusal(model.engine()))
                .isInstanceOfSatisfying(
                        DeviceSuspendedException.class,
                        refused -> assertThat(refused.retryAfter())
                                .isBetween(Duration.ofSeconds(20), Duration.ofSeconds(40)))
                .hasMessageContaining("gpu: The device has no memory");
        assertThat(model.state()).isInstanceOf(HostedState.Suspended.class);
        assertThat(ends.results)
                .hasSize(3)
                .allSatisfy(end -> assertThat(end.error()).isInstanceOf(RetryLaterException.class));

        gpu.failBy(null);
        patient.circuitBreaker("olmo-gpu").transitionToClosedState();
        await().untilAsserted(() -> assertThat(model.state()).isInstanceOf(HostedState.Ready.class));
        assertThat(model.engine().submit(request(2).build()).await().tokenIds()).hasSize(2);
    }

    @Test
    void anOperatorMayOpenABreakerByHand() throws Exception {
        HostedModel model = withBreakers();

        breaker().transitionToForcedOpenState();
        GenerationResult elsewhere = model.engine().submit(request(2).build()).await();
        breaker().transitionToClosedState();
        GenerationResult back = model.engine().submit(request(2).build()).await();

        assertThat(backend(elsewhere)).contains("cpu");
        assertThat(backend(back)).contains("gpu");
        assertThat(gpu.loads()).isEqualTo(1);
    }

    @Test
    void nothingButTheDevicesOwnErrorsCount() throws Exception {
        HostedModel model = withBreakers();
        Engine engine = model.engine();
        gpu.holdSteps();
        List<Generation> all = new ArrayList<>();
        for (int i = 0; i < 68; i++) {
            all.add(engine.submit(request(100).build()));
        }
        assertThat(refusal(engine)).isInstanceOf(EngineBusyException.class);
        all.forEach(Generation::cancel);
        gpu.goOnStepping();
        for (Generation generation : all) {
            assertThat(generation.awaitEnd().finishReason()).isEqualTo(FinishReason.CANCELLED);
        }
        Deadlines short1 = new Deadlines(Optional.empty(), Optional.empty(), Optional.of(Duration.ofNanos(1)));
        assertThatThrownBy(() ->
                        engine.submit(request(5).deadlines(short1).build()).await())
                .isInstanceOf(DeadlineExceededException.class);
        assertThatThrownBy(() -> engine.submit(invalid())).isInstanceOf(InvalidRequestException.class);

        assertThat(breaker().getMetrics().getNumberOfFailedCalls()).isZero();
        assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(engine.submit(request(2).build()).await().tokenIds()).hasSize(2);
    }

    @Test
    void theOnlyDeviceRefusesWhatGoesBeyondItsTrial() throws Exception {
        HostedModel model = start(new CircuitBreakers(registry), gpu);
        breaker().transitionToOpenState();
        breaker().transitionToHalfOpenState();
        gpu.holdSteps();
        Generation trial = model.engine().submit(request(2).build());

        assertThat(refusal(model.engine())).isInstanceOf(DeviceSuspendedException.class);
        gpu.goOnStepping();

        assertThat(trial.await().tokenIds()).hasSize(2);
        assertThat(model.engine().submit(request(2).build()).await().tokenIds()).hasSize(2);
    }

    @Test
    void permissionsOfATrialAreGivenBack() throws Exception {
        HostedModel model = withBreakers();
        breaker().transitionToOpenState();
        breaker().transitionToHalfOpenState();

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> model.engine().submit(invalid())).isInstanceOf(InvalidRequestException.class);
            Generation cancelled = model.engine().submit(request(500).build());
            cancelled.cancel();
            cancelled.awaitEnd();
        }

        assertThat(backend(model.engine().submit(request(2).build()).await())).contains("gpu");
        assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void aNextBackendWithoutMemoryIsRefusedUpFront() throws Exception {
        HostedModel model = withoutBreakers();
        cpu.failLoadsBy(new InsufficientMemoryException("8 GB are needed, 4 GB are there", "Take int8"));
        gpu.failPrefillBy(FaultyBackend.lost());

        GenerationResult failed = model.engine().submit(request(2).build()).awaitEnd();

        assertThat(failed.error())
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("gpu: The device is lost (code 700)")
                .hasMessageContaining("cpu: 8 GB are needed, 4 GB are there");
        assertThat(ends.results).containsExactly(failed);
        await().untilAsserted(() -> assertThat(ends.failures).hasSize(1));
        assertThat(model.state()).isInstanceOf(HostedState.Failed.class);
        assertThat(refusal(model.engine())).isInstanceOf(BackendUnavailableException.class);
    }

    @Test
    void theApplicationHearsThatItsLastBackendIsLost() throws Exception {
        HostedModel model = start(DeviceBreakers.NONE, gpu);
        gpu.failPrefillBy(FaultyBackend.lost());

        GenerationResult failed = model.engine().submit(request(2).build()).awaitEnd();

        assertThat(failed.error())
                .isInstanceOfSatisfying(
                        DeviceFailedException.class,
                        lost -> assertThat(lost.sticky()).isTrue());
        await().untilAsserted(() -> assertThat(ends.failures).containsExactly(failed.error()));
        assertThat(refusal(model.engine()))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("'story' cannot answer: The device is lost");
    }

    @Test
    void aRequestCanBeCancelledWhileTheNextBackendIsLoaded() throws Exception {
        HostedModel model = withoutBreakers();
        cpu.holdLoads();
        gpu.failPrefillBy(FaultyBackend.lost());
        Generation generation = model.engine().submit(request(2).build());
        await().until(() -> cpu.loads() == 1);

        generation.cancel();
        GenerationResult result = generation.awaitEnd();

        assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(result.id()).isEqualTo(generation.id());
        assertThat(ends.results).containsExactly(result);
    }

    @Test
    void aDeadlineHoldsWhileTheNextBackendIsLoaded() throws Exception {
        HostedModel model = withoutBreakers();
        cpu.holdLoads();
        gpu.failPrefillBy(FaultyBackend.lost());
        Deadlines limits = new Deadlines(Optional.empty(), Optional.empty(), Optional.of(Duration.ofMillis(500)));

        GenerationResult result =
                model.engine().submit(request(2).deadlines(limits).build()).awaitEnd();

        assertThat(result.finishReason()).isEqualTo(FinishReason.DEADLINE);
        assertThat(result.error()).hasMessageContaining("The total deadline of 500 ms passed");
        assertThat(ends.results).containsExactly(result);
    }

    @Test
    void newRequestsAreRefusedWhileTheNextBackendIsLoaded() throws Exception {
        HostedModel model = start(DeviceBreakers.NONE, Duration.ZERO, gpu, cpu);
        cpu.holdLoads();
        gpu.failPrefillBy(FaultyBackend.lost());
        Generation generation = model.engine().submit(request(2).build());
        await().until(() -> cpu.loads() == 1);

        assertThat(model.state()).isInstanceOf(HostedState.Loading.class);
        assertThat(refusal(model.engine())).isInstanceOf(RetryLaterException.class);
        cpu.goOnLoading();

        assertThat(backend(generation.await())).contains("cpu");
    }

    @Test
    void nobodyWaitsForEverIfTheModelIsClosedMeanwhile() throws Exception {
        HostedModel model = withoutBreakers();
        cpu.holdLoads();
        gpu.failPrefillBy(FaultyBackend.lost());
        Generation generation = model.engine().submit(request(2).build());
        await().until(() -> cpu.loads() == 1);
        Thread closing = Thread.ofVirtual().start(model::close);

        GenerationResult result = generation.awaitEnd();
        cpu.goOnLoading();
        closing.join();

        assertThat(result.error()).isInstanceOf(EngineClosedException.class);
        assertThat(ends.results).containsExactly(result);
    }

    @Test
    void theEnergyOfAllAttemptsIsTheRequests() throws Exception {
        try (FootprintAccounting footprints = FootprintAccounting.start(MeterOptions.DEFAULT, CarbonAccounting.NONE);
                HostedModel model = HostedModel.start(
                        "story",
                        ModelLoader.of(() -> Olmo.builder(MODEL)
                                .backends(new Backends(List.of(gpu, cpu)))
                                .footprints(footprints)),
                        new HostOptions(
                                PATIENCE, PATIENCE, Duration.ZERO, List.of(ends), List.of(), DeviceBreakers.NONE))) {
            gpu.failDecodeAfter(10, FaultyBackend.lost());
            Generation generation = model.engine().submit(request(60).build());

            GenerationResult result = generation.await();

            assertThat(backend(result)).contains("cpu");
            assertThat(result.footprint()
                            .orElseThrow()
                            .energy()
                            .full()
                            .orElseThrow()
                            .microjoules())
                    .isEqualTo(footprints.report().meters().stream()
                            .mapToLong(meter -> meter.active() + meter.idleShared())
                            .sum())
                    .isPositive();
            assertThat(ends.results).containsExactly(result);
        }
    }

    @Test
    void figuresGoOnCounting() throws Exception {
        HostedModel model = withoutBreakers();
        model.engine().submit(request(5).build()).await();
        gpu.failPrefillBy(FaultyBackend.lost());
        model.engine().submit(request(4).cacheSalt("another").build()).await();

        await().untilAsserted(() ->
                assertThat(model.engine().status().generatedTokens()).isEqualTo(9));
        assertThat(model.engine().status().failure()).isNull();
        assertThat(model.engine().identity().orElseThrow().numerics().backend()).isEqualTo("cpu");
    }

    @Test
    void ofManyRequestsEachIsAnsweredOrFailsOnce() throws Exception {
        HostedModel model = withBreakers();
        gpu.holdSteps();
        List<Future<GenerationResult>> results = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 60; i++) {
                boolean streams = i % 3 == 0;
                Generation generation =
                        model.engine().submit(request(20).seed(i).build());
                Callable<GenerationResult> caller =
                        streams ? () -> generation.forEach(event -> {}) : generation::awaitEnd;
                results.add(callers.submit(caller));
            }
            gpu.goOnStepping();
            await().until(() -> gpu.steps() > 12);
            gpu.failBy(FaultyBackend.lost());
        }

        List<GenerationResult> seen = new ArrayList<>();
        for (Future<GenerationResult> result : results) {
            seen.add(result.get());
        }
        assertThat(seen).hasSize(60).allSatisfy(result -> {
            if (result.error() == null) {
                assertThat(result.tokenIds()).hasSize(20);
            } else {
                assertThat(result.error()).isInstanceOf(GenerationInterruptedException.class);
            }
        });
        assertThat(seen)
                .filteredOn(result -> backend(result).equals(Optional.of("cpu")))
                .isNotEmpty();
        assertThat(ends.results).containsExactlyInAnyOrderElementsOf(seen);
        assertThat(cpu.loads()).isEqualTo(1);
    }
}
