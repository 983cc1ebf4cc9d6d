package org.olmo4j.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.Olmo;
import org.olmo4j.backend.Backends;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Prompt;
import org.olmo4j.spring.host.BackendStatus;
import org.olmo4j.spring.host.BackendStatus.Standing;
import org.olmo4j.spring.host.DeviceBreakers;
import org.olmo4j.spring.host.HostOptions;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.host.HostedState;
import org.olmo4j.spring.host.ModelLoader;
import org.olmo4j.spring.resilience.CircuitBreakers;
import org.olmo4j.spring.testing.FaultyBackend;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

@Timeout(60)
class BackendsInActuatorTests {

    private static final GenerationRequest REQUEST = GenerationRequest.builder(new Prompt.Text("Once upon a time"))
            .maxTokens(2)
            .build();

    private final FaultyBackend gpu = new FaultyBackend("gpu", 100);
    private final FaultyBackend cpu = new FaultyBackend("cpu", 0);

    private static HostedModel start(DeviceBreakers breakers, FaultyBackend... backends) {
        return HostedModel.start(
                "story",
                ModelLoader.of(() -> Olmo.builder("../sample-app/src/main/resources/demo-model")
                        .backends(new Backends(List.of(backends)))
                        .backend("npu,auto")),
                new HostOptions(
                        Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ZERO, List.of(), List.of(), breakers));
    }

    private static Health health(HostedModel model) {
        return new OlmoHealthIndicator(model).health();
    }

    private static ModelDescriptor described(HostedModel model) {
        return new OlmoEndpoint(List.of(model), new Backends(List.of()))
                .describe()
                .models()
                .getFirst();
    }

    @Test
    void healthAndEndpointTellWhichBackendAnswersAndWhyOthersDoNot() throws InterruptedException {
        try (HostedModel model = start(DeviceBreakers.NONE, gpu, cpu)) {
            assertThat(health(model).getDetails())
                    .containsEntry(
                            "backends",
                            Map.of(
                                    "npu",
                                    "unavailable: no such backend on the class path",
                                    "gpu",
                                    "ready",
                                    "cpu",
                                    "standby"));
            gpu.failPrefillBy(FaultyBackend.lost());
            model.engine().submit(REQUEST).await();

            assertThat(health(model).getStatus()).isEqualTo(Status.UP);
            assertThat(health(model).getDetails())
                    .containsEntry("backend", "the faulty cpu")
                    .containsEntry(
                            "backends",
                            Map.of(
                                    "npu",
                                    "unavailable: no such backend on the class path",
                                    "gpu",
                                    "failed: The device is lost (code 700)",
                                    "cpu",
                                    "ready"));
            assertThat(described(model).state()).isEqualTo("ready");
            assertThat(described(model).backends())
                    .containsExactly(
                            new BackendStatus("npu", Standing.UNAVAILABLE, "no such backend on the class path"),
                            new BackendStatus("gpu", Standing.FAILED, "The device is lost (code 700)"),
                            new BackendStatus("cpu", Standing.READY, "the faulty cpu"));
        }
    }

    @Test
    void isOutOfServiceWhileItsOnlyDeviceIsLeftAlone() throws InterruptedException {
        CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.custom()
                .slidingWindowSize(1)
                .minimumNumberOfCalls(1)
                .waitDurationInOpenState(Duration.ofHours(1))
                .build());
        try (HostedModel model = start(new CircuitBreakers(registry), gpu)) {
            gpu.failPrefillBy(FaultyBackend.outOfMemory());
            model.engine().submit(REQUEST).awaitEnd();

            assertThat(health(model).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(health(model).getDetails())
                    .containsEntry("state", "suspended")
                    .hasEntrySatisfying(
                            "retryAfterSeconds",
                            seconds -> assertThat((long) seconds).isBetween(3500L, 3600L));
            assertThat(described(model).state()).isEqualTo("suspended");
            assertThat(described(model).failure()).contains("gpu: The device has no memory (code 2)");
        }
    }

    @Test
    void isDownWhenItsLastDeviceIsLost() throws InterruptedException {
        try (HostedModel model = start(DeviceBreakers.NONE, gpu)) {
            gpu.failPrefillBy(FaultyBackend.lost());
            model.engine().submit(REQUEST).awaitEnd();
            await().until(() -> model.state() instanceof HostedState.Failed);

            assertThat(health(model).getStatus()).isEqualTo(Status.DOWN);
            assertThat(health(model).getDetails()).containsEntry("failure", "The device is lost (code 700)");
            assertThat(described(model).state()).isEqualTo("failed");
        }
    }
}
