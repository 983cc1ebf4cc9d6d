package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.springboot.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration;
import io.github.resilience4j.springboot.circuitbreaker.autoconfigure.CircuitBreakerMetricsAutoConfiguration;
import io.github.resilience4j.springboot.circuitbreaker.monitoring.endpoint.CircuitBreakerEndpoint;
import io.github.resilience4j.springboot.ratelimiter.autoconfigure.RateLimiterAutoConfiguration;
import io.github.resilience4j.springboot.ratelimiter.autoconfigure.RateLimiterMetricsAutoConfiguration;
import io.github.resilience4j.springboot.ratelimiter.monitoring.endpoint.RateLimiterEndpoint;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.olmo4j.backend.Backends;
import org.olmo4j.error.RateLimitExceededException;
import org.olmo4j.spring.chat.OlmoChatOptions;
import org.olmo4j.spring.host.BackendStatus;
import org.olmo4j.spring.host.DeviceBreaker;
import org.olmo4j.spring.host.DeviceBreakers;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.host.RequestGate;
import org.olmo4j.spring.resilience.UserRateLimiter;
import org.olmo4j.spring.testing.FaultyBackend;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class OlmoResilienceAutoConfigurationTests {

    private final ApplicationContextRunner bare = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(OlmoAutoConfiguration.class, OlmoResilienceAutoConfiguration.class))
            .withPropertyValues(
                    "olmo.model=../sample-app/src/main/resources/demo-model",
                    "olmo.load.start-wait=60s",
                    "olmo.chat.max-tokens=2");

    private final ApplicationContextRunner runner =
            bare.withConfiguration(AutoConfigurations.of(RateLimiterAutoConfiguration.class));

    private final ApplicationContextRunner limited = runner.withPropertyValues(
            "resilience4j.ratelimiter.instances.olmo.limit-for-period=1",
            "resilience4j.ratelimiter.instances.olmo.limit-refresh-period=1h",
            "resilience4j.ratelimiter.instances.olmo.timeout-duration=0");

    private static Prompt from(String user) {
        return new Prompt("Hello", OlmoChatOptions.builder().user(user).build());
    }

    @Test
    void limitsTheUsersOfTheModelByTheKeysOfResilience4j() {
        limited.run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(ChatModel.class);
            ChatModel model = context.getBean(ChatModel.class);

            assertThat(model.call(from("ada")).getResults()).isNotEmpty();
            assertThatThrownBy(() -> model.call(from("ada"))).isInstanceOf(RateLimitExceededException.class);
            assertThatThrownBy(() -> model.stream(from("ada")).blockLast())
                    .isInstanceOf(RateLimitExceededException.class);
            assertThat(model.call(from("grace")).getResults()).isNotEmpty();
        });
    }

    @Test
    void theLimitIsInTheEndpointAndTheMetersOfResilience4j() {
        limited.withConfiguration(AutoConfigurations.of(
                        MetricsAutoConfiguration.class,
                        SimpleMetricsExportAutoConfiguration.class,
                        CompositeMeterRegistryAutoConfiguration.class,
                        RateLimiterMetricsAutoConfiguration.class))
                .withPropertyValues("management.endpoints.web.exposure.include=ratelimiters")
                .run(context -> {
                    context.getBean(ChatModel.class).call(new Prompt("Hello"));

                    assertThat(context.getBean(RateLimiterEndpoint.class)
                                    .getAllRateLimiters()
                                    .getRateLimiters())
                            .containsExactly(UserRateLimiter.NAME);
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get("resilience4j.ratelimiter.available.permissions")
                                    .tag("name", UserRateLimiter.NAME)
                                    .gauge()
                                    .value())
                            .isZero();
                });
    }

    @Test
    void limitsNothingUnlessALimitIsConfigured() {
        runner.run(context -> {
            ChatModel model = context.getBean(ChatModel.class);

            assertThat(model.call(from("ada")).getResults()).isNotEmpty();
            assertThat(context.getBean(RateLimiterRegistry.class).getAllRateLimiters())
                    .isEmpty();
        });
    }

    @Test
    void aLimiterOfTheApplicationWins() {
        UserRateLimiter own = new UserRateLimiter(RateLimiterRegistry.ofDefaults());

        limited.withBean(UserRateLimiter.class, () -> own).run(context -> {
            assertThat(context).hasNotFailed().getBean(UserRateLimiter.class).isSameAs(own);
            ChatModel model = context.getBean(ChatModel.class);
            assertThat(model.call(from("ada")).getResults()).isNotEmpty();
            assertThat(model.call(from("ada")).getResults()).isNotEmpty();
        });
    }

    @Test
    void staysAwayWithoutARegistry() {
        bare.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(RequestGate.class));
    }

    @Test
    void answersWithoutResilience4j() {
        bare.withClassLoader(new FilteredClassLoader("io.github.resilience4j")).run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(RequestGate.class);
            assertThat(context.getBean(ChatModel.class).call(from("ada")).getResults())
                    .isNotEmpty();
        });
    }

    private final FaultyBackend gpu = new FaultyBackend("gpu", 100);
    private final FaultyBackend cpu = new FaultyBackend("cpu", 0);

    private Backends devices() {
        return new Backends(List.of(gpu, cpu));
    }

    @Test
    void devicesHaveTheCircuitBreakersOfResilience4j() {
        bare.withConfiguration(AutoConfigurations.of(
                        CircuitBreakerAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        SimpleMetricsExportAutoConfiguration.class,
                        CompositeMeterRegistryAutoConfiguration.class,
                        CircuitBreakerMetricsAutoConfiguration.class))
                .withBean(Backends.class, this::devices)
                .withPropertyValues(
                        "resilience4j.circuitbreaker.instances.olmo-gpu.minimum-number-of-calls=1",
                        "resilience4j.circuitbreaker.instances.olmo-gpu.sliding-window-size=1",
                        "resilience4j.circuitbreaker.instances.olmo-gpu.wait-duration-in-open-state=1h",
                        "management.endpoints.web.exposure.include=circuitbreakers")
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(ChatModel.class);
                    gpu.failBy(FaultyBackend.outOfMemory());

                    assertThat(context.getBean(ChatModel.class)
                                    .call(new Prompt("Hello"))
                                    .getResults())
                            .isNotEmpty();

                    assertThat(context.getBean(CircuitBreakerEndpoint.class)
                                    .getAllCircuitBreakers()
                                    .getCircuitBreakers())
                            .containsOnlyKeys("olmo-gpu", "olmo-cpu")
                            .hasEntrySatisfying(
                                    "olmo-gpu",
                                    details -> assertThat(details.getState()).isEqualTo(CircuitBreaker.State.OPEN));
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get("resilience4j.circuitbreaker.state")
                                    .tags("name", "olmo-gpu", "state", "open")
                                    .gauge()
                                    .value())
                            .isEqualTo(1);
                });
    }

    @Test
    void aStreamOfTheChatModelGoesOnOnTheNextDevice() {
        bare.withBean(Backends.class, this::devices).run(context -> {
            gpu.failPrefillBy(FaultyBackend.lost());

            assertThat(context.getBean(ChatModel.class).stream(new Prompt("Hello"))
                            .blockLast()
                            .getResult())
                    .isNotNull();
        });
    }

    @Test
    void aLostDeviceIsReplacedWithoutResilience4j() {
        bare.withClassLoader(new FilteredClassLoader("io.github.resilience4j"))
                .withBean(Backends.class, this::devices)
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(DeviceBreakers.class);
                    gpu.failBy(FaultyBackend.lost());

                    assertThat(context.getBean(ChatModel.class)
                                    .call(from("ada"))
                                    .getResults())
                            .isNotEmpty();
                    assertThat(context.getBean(HostedModel.class).backends())
                            .extracting(BackendStatus::standing)
                            .containsExactly(BackendStatus.Standing.FAILED, BackendStatus.Standing.READY);
                });
    }

    @Test
    void breakersOfTheApplicationWin() {
        DeviceBreakers own = backend -> DeviceBreaker.NONE;

        bare.withConfiguration(AutoConfigurations.of(CircuitBreakerAutoConfiguration.class))
                .withBean(DeviceBreakers.class, () -> own)
                .run(context -> {
                    assertThat(context)
                            .hasNotFailed()
                            .getBean(DeviceBreakers.class)
                            .isSameAs(own);
                    assertThat(context.getBean(CircuitBreakerRegistry.class).getAllCircuitBreakers())
                            .isEmpty();
                });
    }

    @Test
    void staysAwayWithoutAModel() {
        limited.withPropertyValues("olmo.model=")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(RequestGate.class));
    }
}
