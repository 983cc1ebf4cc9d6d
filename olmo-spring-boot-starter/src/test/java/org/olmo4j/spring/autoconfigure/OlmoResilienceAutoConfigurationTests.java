package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.springboot.ratelimiter.autoconfigure.RateLimiterAutoConfiguration;
import io.github.resilience4j.springboot.ratelimiter.autoconfigure.RateLimiterMetricsAutoConfiguration;
import io.github.resilience4j.springboot.ratelimiter.monitoring.endpoint.RateLimiterEndpoint;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.olmo4j.error.RateLimitExceededException;
import org.olmo4j.spring.chat.OlmoChatOptions;
import org.olmo4j.spring.host.RequestGate;
import org.olmo4j.spring.resilience.UserRateLimiter;
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

    @Test
    void staysAwayWithoutAModel() {
        limited.withPropertyValues("olmo.model=")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(RequestGate.class));
    }
}
