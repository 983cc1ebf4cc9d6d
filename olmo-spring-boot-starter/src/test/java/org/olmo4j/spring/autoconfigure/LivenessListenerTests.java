package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.engine.Timings;
import org.olmo4j.engine.Usage;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A dead engine in the eyes of whoever restarts applications. */
@Timeout(60)
class LivenessListenerTests {

    private static ConfigurableApplicationContext start(Class<?>... more) {
        return new SpringApplicationBuilder(Host.class)
                .sources(more)
                .web(WebApplicationType.SERVLET)
                .run(
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--olmo.model=/models/OLMo-2-1B",
                        "--management.endpoint.health.probes.enabled=true");
    }

    @Test
    void aDeadEngineBreaksTheLivenessProbe() throws Exception {
        try (ConfigurableApplicationContext context = start()) {
            assertThat(get(context, "/actuator/health/liveness").statusCode()).isEqualTo(200);

            liveness(context).engineFailed(new OutOfMemoryError("Java heap space"));

            HttpResponse<String> liveness = get(context, "/actuator/health/liveness");
            assertThat(liveness.statusCode()).isEqualTo(503);
            assertThat(liveness.body()).contains("DOWN");
        }
    }

    @Test
    void neitherRefusalsNorFailedRequestsDo() throws Exception {
        try (ConfigurableApplicationContext context = start()) {
            GenerationListener listener = liveness(context);

            listener.ended(request(), ended(FinishReason.REFUSED, new EngineBusyException("8 run", Duration.ZERO)));
            listener.ended(request(), ended(FinishReason.FAILED, new GenerationFailedException("A step failed", "-")));
            listener.ended(request(), ended(FinishReason.CANCELLED, new EngineClosedException("It is closed", "-")));
            listener.ended(request(), ended(FinishReason.STOP, null));

            assertThat(get(context, "/actuator/health/liveness").statusCode()).isEqualTo(200);
            assertThat(context.getBean(ApplicationAvailability.class).getLivenessState())
                    .isEqualTo(LivenessState.CORRECT);
        }
    }

    @Test
    void anEngineThatDiesWhileTheApplicationStartsIsNotForgotten() {
        try (ConfigurableApplicationContext context = start(DiesDuringStart.class)) {
            assertThat(context.getBean(ApplicationAvailability.class).getLivenessState())
                    .isEqualTo(LivenessState.BROKEN);
        }
    }

    /** One of several listeners: the meters have one too. */
    private static GenerationListener liveness(ConfigurableApplicationContext context) {
        return context.getBean("olmoLivenessListener", GenerationListener.class);
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext context, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + path);
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static GenerationRequest request() {
        return GenerationRequest.builder(new Prompt.Text("Hello")).build();
    }

    private static GenerationResult ended(FinishReason reason, @Nullable OlmoException error) {
        return new GenerationResult(
                "1",
                "",
                List.of(),
                reason,
                Optional.empty(),
                Usage.NONE,
                new Timings(Instant.EPOCH, Optional.empty(), Optional.empty(), Duration.ofMillis(1)),
                0,
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                error);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Host {

        @Bean
        Engine engine() {
            return ScriptedEngine.create();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class DiesDuringStart {

        DiesDuringStart(@Qualifier("olmoLivenessListener") GenerationListener listener) {
            listener.engineFailed(new StackOverflowError());
        }
    }
}
