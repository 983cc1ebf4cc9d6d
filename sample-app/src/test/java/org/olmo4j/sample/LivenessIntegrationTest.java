package org.olmo4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.Olmo;
import org.olmo4j.backend.BackendProvider;
import org.olmo4j.backend.Backends;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.OlmoException;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The probe by which an orchestrator restarts the application, with a real engine behind it. */
@Timeout(120)
class LivenessIntegrationTest {

    @Test
    void anEngineThatDiesBreaksIt() throws Exception {
        try (ConfigurableApplicationContext context = start(DyingBackend.class)) {
            ChatClient client = context.getBean(ChatClient.Builder.class).build();
            assertThat(probe(context)).isEqualTo(200);

            assertThatThrownBy(() -> client.prompt("Hello?").call().content()).isInstanceOf(OlmoException.class);

            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (probe(context) == 200 && System.nanoTime() < deadline) {
                Thread.sleep(20);
            }
            assertThat(probe(context)).isEqualTo(503);
            assertThatThrownBy(() -> client.prompt("Hello?").call().content())
                    .isInstanceOf(EngineClosedException.class);
        }
    }

    @Test
    void neitherUseNorClosingBreaksIt() throws Exception {
        ConfigurableApplicationContext context = start();
        ApplicationAvailability availability = context.getBean(ApplicationAvailability.class);
        ChatClient client = context.getBean(ChatClient.Builder.class).build();

        assertThat(client.prompt("How many layers does OLMo 7B have?").call().content())
                .contains("32");
        assertThat(probe(context)).isEqualTo(200);
        SpringApplication.exit(context);

        assertThat(availability.getLivenessState()).isEqualTo(LivenessState.CORRECT);
    }

    private static ConfigurableApplicationContext start(Class<?>... more) {
        return new SpringApplicationBuilder(OlmoSampleApplication.class)
                .sources(more)
                .run("--server.port=0");
    }

    private static int probe(ConfigurableApplicationContext context) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port")
                + "/actuator/health/liveness");
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    /** The demo model on a backend whose steps end in an error of the JVM. */
    @Configuration(proxyBeanMethods = false)
    static class DyingBackend {

        @Bean
        Olmo olmo(ObjectProvider<GenerationListener> listeners) {
            Backends backends = new Backends(Backends.discover().providers().stream()
                    .map(DyingBackend::dying)
                    .toList());
            Olmo.Builder olmo = Olmo.builder("classpath:demo-model").backends(backends);
            listeners.orderedStream().forEach(olmo::listener);
            return olmo.load();
        }

        private static BackendProvider dying(BackendProvider backend) {
            return replaced(
                    BackendProvider.class,
                    backend,
                    "load",
                    model -> replaced(LoadedModel.class, (LoadedModel) model, "submit", step -> {
                        throw new OutOfMemoryError("as for a test");
                    }));
        }

        private interface Change {
            Object of(Object result);
        }

        /** The same object, but what one method returns is changed. */
        private static <T> T replaced(Class<T> type, T target, String method, Change change) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (proxy, called, arguments) -> {
                        try {
                            Object result = called.invoke(target, arguments);
                            return called.getName().equals(method) ? change.of(result) : result;
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }));
        }
    }
}
