package org.olmo4j.spring.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.Olmo;
import org.olmo4j.backend.Backends;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.energy.MeterOptions;
import org.olmo4j.energy.carbon.CarbonAccounting;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineStatus;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.error.InsufficientMemoryException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.host.ModelLoader.Checked;
import org.olmo4j.spring.host.ModelLoader.Loaded;
import org.olmo4j.spring.resilience.CircuitBreakers;
import org.olmo4j.spring.testing.FaultyBackend;

/** The moments between two attempts of a request, of which the first was on a device that failed. */
@Timeout(60)
class ResubmissionTests {

    private static final String MODEL = "../sample-app/src/main/resources/demo-model";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final FaultyBackend gpu = new FaultyBackend("gpu", 100);
    private final FaultyBackend cpu = new FaultyBackend("cpu", 0);
    private final CountedBreakers breakers = new CountedBreakers();
    private final Map<String, Submission> submissions = new ConcurrentHashMap<>();
    /** Backends whose engines say that they are, before anybody has heard of it. */
    private final Set<String> dead = new HashSet<>();

    private final List<GenerationResult> ends = new CopyOnWriteArrayList<>();
    private final List<HostedModel> started = new ArrayList<>();
    private final FootprintAccounting footprints =
            FootprintAccounting.start(MeterOptions.DEFAULT, CarbonAccounting.NONE);

    /** What becomes of a request that comes to an engine. */
    @FunctionalInterface
    private interface Submission {

        Generation submit(Engine engine, GenerationRequest request);
    }

    /** Counts what is taken and given back. */
    private static final class CountedBreakers implements DeviceBreakers {

        private final Map<String, AtomicInteger> outstanding = new ConcurrentHashMap<>();
        private final AtomicInteger failures = new AtomicInteger();

        int outstanding(String backend) {
            return outstanding.get(backend).get();
        }

        @Override
        public DeviceBreaker breaker(String backend) {
            AtomicInteger permissions = outstanding.computeIfAbsent(backend, name -> new AtomicInteger());
            DeviceBreaker counted = mock(DeviceBreaker.class, delegatesTo(DeviceBreaker.NONE));
            doAnswer(call -> permissions.incrementAndGet() > 0).when(counted).tryAcquire();
            doAnswer(call -> permissions.decrementAndGet()).when(counted).succeeded();
            doAnswer(call -> permissions.decrementAndGet()).when(counted).released();
            doAnswer(call -> {
                        failures.incrementAndGet();
                        return permissions.decrementAndGet();
                    })
                    .when(counted)
                    .failed(any());
            return counted;
        }
    }

    private HostedModel start(DeviceBreakers breakers) {
        ModelLoader loader = ModelLoader.of(() ->
                Olmo.builder(MODEL).backends(new Backends(List.of(gpu, cpu))).footprints(footprints));
        GenerationListener hears = (request, result) -> {
            ends.add(result);
            return CompletableFuture.completedStage(null);
        };
        HostedModel model = HostedModel.start(
                "story",
                listener -> watched(loader.check(listener)),
                new HostOptions(PATIENCE, PATIENCE, Duration.ZERO, List.of(hears), List.of(), breakers));
        started.add(model);
        return model;
    }

    private HostedModel start() {
        return start(breakers);
    }

    private Checked watched(Checked checked) {
        Checked watched = mock(Checked.class, delegatesTo(checked));
        doAnswer(call -> {
                    String backend = call.getArgument(0);
                    LoadProgress progress = call.getArgument(1);
                    Loaded loaded = checked.load(backend, progress);
                    Loaded shown = mock(Loaded.class, delegatesTo(loaded));
                    Engine engine = watched(loaded.engine(), backend);
                    doAnswer(asked -> engine).when(shown).engine();
                    return shown;
                })
                .when(watched)
                .load(any(), any());
        return watched;
    }

    private Engine watched(Engine engine, String backend) {
        Engine watched = mock(Engine.class, delegatesTo(engine));
        doAnswer(call -> submissions.getOrDefault(backend, Engine::submit).submit(engine, call.getArgument(0)))
                .when(watched)
                .submit(any());
        if (dead.contains(backend)) {
            EngineStatus status = new EngineStatus(false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "it died");
            doAnswer(call -> status).when(watched).status();
            doAnswer(call -> {
                        throw new EngineClosedException("The engine's thread died", "The log has the cause");
                    })
                    .when(watched)
                    .submit(any());
        }
        return watched;
    }

    @AfterEach
    void close() {
        gpu.goOnStepping();
        cpu.goOnLoading();
        started.forEach(HostedModel::close);
        footprints.close();
        assertThat(gpu.open()).isZero();
        assertThat(cpu.open()).isZero();
        breakers.outstanding.forEach(
                (backend, permissions) -> assertThat(permissions).as(backend).hasValue(0));
    }

    private static GenerationRequest request(int maxTokens) {
        return GenerationRequest.builder(new Prompt.Text("Once upon a time there was"))
                .maxTokens(maxTokens)
                .ignoreEndOfText(true)
                .seed(7)
                .build();
    }

    private static Optional<String> backend(GenerationResult result) {
        return result.replayKey().map(key -> key.model().numerics().backend());
    }

    /** Whatever was counted is somebody's, and only one request has run. */
    private void assertHasCostAll(GenerationResult result) {
        assertThat(result.footprint()
                        .orElseThrow()
                        .energy()
                        .full()
                        .orElseThrow()
                        .microjoules())
                .isPositive()
                .isEqualTo(footprints.report().meters().stream()
                        .mapToLong(meter -> meter.active() + meter.idleShared())
                        .sum());
    }

    @Test
    void anErrorAtTheNextEngineIsTheEndOfTheRequest() throws Exception {
        HostedModel model = start();
        gpu.failPrefillBy(FaultyBackend.lost());
        submissions.put("cpu", (engine, request) -> {
            throw new StackOverflowError("as for a test");
        });

        GenerationResult result = model.engine().submit(request(3)).awaitEnd();

        assertThat(result.finishReason()).isEqualTo(FinishReason.FAILED);
        assertThat(result.error())
                .isInstanceOf(GenerationFailedException.class)
                .hasMessageContaining("could not be run on another backend")
                .hasCauseInstanceOf(StackOverflowError.class);
        assertThat(ends).containsExactly(result);
    }

    @Test
    void aRequestMayBeCancelledWhileItIsSubmittedAgain() throws Exception {
        HostedModel model = start();
        gpu.holdSteps();
        gpu.failPrefillBy(FaultyBackend.lost());
        AtomicReference<Generation> generation = new AtomicReference<>();
        submissions.put("cpu", (engine, request) -> {
            generation.get().cancel();
            return engine.submit(request);
        });
        generation.set(model.engine().submit(request(500)));
        gpu.goOnStepping();

        GenerationResult result = generation.get().awaitEnd();

        assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(ends).containsExactly(result);
    }

    @Test
    void aRequestMayBeCancelledAtTheMomentInWhichTheNextEngineHasIt() throws Exception {
        HostedModel model = start();
        gpu.holdSteps();
        gpu.failPrefillBy(FaultyBackend.lost());
        AtomicReference<Generation> generation = new AtomicReference<>();
        submissions.put("cpu", (engine, request) -> {
            Generation admitted = engine.submit(request);
            generation.get().cancel();
            return admitted;
        });
        generation.set(model.engine().submit(request(500)));
        gpu.goOnStepping();

        GenerationResult result = generation.get().awaitEnd();

        assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(ends).containsExactly(result);
    }

    @Test
    void whatAnAttemptHasCostIsTheRequestsIfNoOtherOneCanBegin() throws Exception {
        HostedModel model = start();
        gpu.failDecodeAfter(10, FaultyBackend.lost());
        cpu.failLoadsBy(new InsufficientMemoryException("8 GB are needed, 4 GB are there", "Take int8"));

        GenerationResult result = model.engine().submit(request(60)).awaitEnd();

        assertThat(result.error()).hasMessageContaining("8 GB are needed");
        assertThat(result.usage().completionTokens()).isZero();
        assertHasCostAll(result);
        assertThat(ends).containsExactly(result);
    }

    @Test
    void whatAnAttemptHasCostIsTheRequestsIfTheNextEngineIsFull() throws Exception {
        HostedModel model = start();
        gpu.failDecodeAfter(10, FaultyBackend.lost());
        submissions.put("cpu", (engine, request) -> {
            throw new EngineBusyException("All slots are taken", Duration.ofSeconds(3));
        });

        GenerationResult result = model.engine().submit(request(60)).awaitEnd();

        assertThat(result.error()).isInstanceOf(EngineBusyException.class);
        assertHasCostAll(result);
        assertThat(ends).containsExactly(result);
    }

    @Test
    void whatTheNextEngineRefusesHasOneEndThatSaysWhatTheFirstAttemptHasCost() throws Exception {
        HostedModel model = start();
        gpu.failDecodeAfter(10, FaultyBackend.lost());
        submissions.put("cpu", (engine, request) -> {
            // As somebody else may at this moment: this engine refuses by itself, and tells of it.
            try {
                var _ = engine.drain(Duration.ZERO);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return engine.submit(request);
        });

        GenerationResult result = model.engine().submit(request(60)).awaitEnd();

        assertThat(result.error()).isInstanceOf(EngineBusyException.class);
        assertHasCostAll(result);
        assertThat(ends).containsExactly(result);
    }

    @Test
    void drainingWaitsForARequestThatNoEngineHas() throws Exception {
        HostedModel model = start();
        Engine engine = model.engine();
        gpu.failPrefillBy(FaultyBackend.lost());
        cpu.holdLoads();
        Generation generation = engine.submit(request(3));
        await().until(() -> cpu.loads() == 1);

        assertThat(engine.drain(Duration.ofMillis(50))).isFalse();
        assertThat(engine.status())
                .extracting(EngineStatus::draining, EngineStatus::queued)
                .containsExactly(true, 1);
        assertThatThrownBy(() -> engine.submit(request(1)))
                .isInstanceOf(EngineBusyException.class)
                .hasMessageContaining("drained");
        cpu.goOnLoading();

        assertThat(engine.drain(PATIENCE)).isTrue();
        assertThat(ends)
                .extracting(GenerationResult::finishReason)
                .containsExactly(FinishReason.REFUSED, FinishReason.LENGTH);
        assertThat(backend(generation.await())).contains("cpu");
        engine.resume();
        assertThat(engine.submit(request(2)).await().tokenIds()).hasSize(2);
        assertThat(engine.status().draining()).isFalse();
    }

    @Test
    void aDeadEngineThatRefusesIsTakenOutOfServiceAndGetsItsPermissionBackOnce() throws Exception {
        dead.add("gpu");
        HostedModel model = start();

        GenerationResult result = model.engine().submit(request(2)).await();

        assertThat(backend(result)).contains("cpu");
        assertThat(breakers.failures).hasValue(1);
        assertThat(breakers.outstanding("gpu")).isZero();
        assertThat(ends).containsExactly(result);
    }

    @Test
    void whoListensToABreakerMayLookAtTheModelMeanwhile() throws Exception {
        CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.custom()
                .waitDurationInOpenState(Duration.ofMillis(1))
                .build());
        HostedModel model = start(new CircuitBreakers(registry));
        CircuitBreaker breaker = registry.circuitBreaker("olmo-gpu");
        breaker.transitionToOpenState();
        List<Object> seen = new CopyOnWriteArrayList<>();
        breaker.getEventPublisher().onStateTransition(event -> {
            try {
                seen.add(CompletableFuture.supplyAsync(model::backends).get(10, TimeUnit.SECONDS));
            } catch (Exception locked) {
                seen.add(locked);
            }
        });
        TimeUnit.MILLISECONDS.sleep(20);

        model.engine().submit(request(1)).await();

        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
        assertThat(seen).singleElement().isEqualTo(model.backends());
    }

    @Test
    void aDisabledBreakerDoesNotMakeAModelLoadAllTheTime() {
        CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();
        registry.circuitBreaker("olmo-gpu").transitionToDisabledState();
        OlmoException noMemory = FaultyBackend.outOfMemory();
        gpu.failLoadsBy(noMemory);

        HostedModel model = start(new CircuitBreakers(registry));

        assertThat(model.state()).isEqualTo(new HostedState.Ready("the faulty cpu"));
        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(4)).until(() -> gpu.loads() == 1);
    }
}
