package org.olmo4j.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.engine.Engine;
import org.olmo4j.spring.promptlog.PromptEntries;
import org.olmo4j.spring.promptlog.admin.PromptLog;
import org.olmo4j.spring.promptlog.admin.PromptLog.ReadRecord;
import org.olmo4j.spring.promptlog.admin.PromptTexts;
import org.olmo4j.spring.promptlog.store.PromptPage;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.web.server.WebFilter;
import reactor.netty.resources.LoopResources;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The prompt log in a WebFlux application with a single event loop, so that whoever holds it up holds up everybody. */
@Timeout(120)
class ReactivePromptsEndpointTests {

    private static final ReadRecord READ =
            new ReadRecord(new PromptEntries(1).ended().record(), new PromptTexts(null, null, null));

    /** More than all buffers on the way take while the client does not read: then it is for the event loop to ask for the rest. */
    private static final int LINES = 40_000;

    private static final String EXPORT = "{\"operation\": \"export\", \"user\": \"ada\"}";

    private static final Set<String> EVENT_LOOPS = ConcurrentHashMap.newKeySet();

    @TempDir
    private Path folder;

    /** An authority by a header stands for a login. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Host {

        @Bean
        Engine engine() {
            return ScriptedEngine.withoutTokenizer();
        }

        @Bean
        PromptLog promptLog() {
            return mock(PromptLog.class);
        }

        @Bean
        ReactorResourceFactory oneEventLoop() {
            ReactorResourceFactory resources = new ReactorResourceFactory();
            resources.setUseGlobalResources(false);
            resources.setLoopResources(LoopResources.create("olmo-test", 1, true));
            return resources;
        }

        @Bean
        WebFilter login() {
            return (exchange, chain) -> {
                EVENT_LOOPS.add(Thread.currentThread().getName());
                String authority = exchange.getRequest().getHeaders().getFirst("X-Authority");
                return authority == null
                        ? chain.filter(exchange)
                        : chain.filter(exchange)
                                .contextWrite(ReactiveSecurityContextHolder.withAuthentication(
                                        new TestingAuthenticationToken("ann", "", authority)));
            };
        }
    }

    private ConfigurableApplicationContext start(String role) {
        return new SpringApplicationBuilder(Host.class)
                .web(WebApplicationType.REACTIVE)
                .run(
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--olmo.model=not loaded",
                        "--olmo.log.enabled=true",
                        "--olmo.log.text-role=" + role,
                        "--olmo.log.folder=" + folder,
                        "--management.endpoints.web.exposure.include=*",
                        "--management.endpoint.olmoprompts.access=unrestricted");
    }

    private static HttpRequest.Builder request(ConfigurableApplicationContext context, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                        + context.getEnvironment().getProperty("local.server.port") + "/actuator/olmoprompts" + path))
                .header("Content-Type", "application/json")
                .header("X-Authority", "ROLE_AUDITOR")
                .timeout(Duration.ofSeconds(30));
    }

    private static HttpRequest export(ConfigurableApplicationContext context) {
        return request(context, "")
                .POST(HttpRequest.BodyPublishers.ofString(EXPORT))
                .build();
    }

    @Test
    void anExportThatWaitsForTheDatabaseHoldsUpNobodyElse() throws Exception {
        EVENT_LOOPS.clear();
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger taken = new AtomicInteger();
        try (ConfigurableApplicationContext context = start("AUDITOR");
                HttpClient http = HttpClient.newHttpClient()) {
            PromptLog log = context.getBean(PromptLog.class);
            when(log.page(any(), any(), anyInt(), anyInt())).thenReturn(new PromptPage(List.of(), 0, true, 0, 50));
            doAnswer(call -> {
                        Consumer<ReadRecord> consumer = call.getArgument(2);
                        for (int i = 1; i < LINES; i++) {
                            consumer.accept(READ);
                            taken.incrementAndGet();
                        }
                        begun.countDown();
                        goOn.await();
                        consumer.accept(READ);
                        return null;
                    })
                    .when(log)
                    .export(any(), any(), any());

            HttpResponse<InputStream> export = http.send(export(context), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(export.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
            int before;
            do {
                before = taken.get();
                assertThat(begun.await(1, TimeUnit.SECONDS))
                        .as("all lines are in buffers, although nobody reads")
                        .isFalse();
            } while (before == 0 || before != taken.get());
            CompletableFuture<List<String>> lines = CompletableFuture.supplyAsync(() -> lines(export.body()));
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
            int meanwhile = http.send(request(context, "").build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            goOn.countDown();

            assertThat(meanwhile).isEqualTo(200);
            assertThat(EVENT_LOOPS).as("what both requests came by").hasSize(1);
            assertThat(lines.get(60, TimeUnit.SECONDS)).hasSize(LINES);
            assertThat(JsonMapper.shared()
                            .readTree(lines.get().getLast())
                            .at("/record/id")
                            .asString())
                    .isEqualTo(READ.record().id().toString());
        }
    }

    private static List<String> lines(InputStream body) {
        return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))
                .lines()
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUDITOR", "ROLE_AUDITOR"})
    void theRoleMayBeNamedWithSpringSecuritysPrefixOrWithout(String role) throws Exception {
        try (ConfigurableApplicationContext context = start(role);
                HttpClient http = HttpClient.newHttpClient()) {
            UUID id = READ.record().id();
            PromptLog log = context.getBean(PromptLog.class);
            when(log.read("ann", id)).thenReturn(Optional.of(READ));
            when(log.record("ann", id)).thenReturn(Optional.of(READ.record()));
            when(log.record("anonymous", id)).thenReturn(Optional.of(READ.record()));

            assertThat(texts(http.send(request(context, "/" + id).build(), HttpResponse.BodyHandlers.ofString())))
                    .isTrue();
            for (String authority : List.of("ROLE_USER", "AUDITOR")) {
                assertThat(texts(http.send(
                                request(context, "/" + id)
                                        .setHeader("X-Authority", authority)
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())))
                        .as(authority)
                        .isFalse();
            }
        }
    }

    private static boolean texts(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode texts = JsonMapper.shared().readTree(response.body()).get("texts");
        return !texts.isNull();
    }
}
