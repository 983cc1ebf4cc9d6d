package org.olmo4j.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Origin;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.engine.Prompt;
import org.olmo4j.spring.promptlog.service.PromptLogService;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The prompt log over HTTP, with the demo model and two users' answers in it. */
@Timeout(180)
@TestInstance(Lifecycle.PER_CLASS)
class OlmoPromptsEndpointTests {

    private static final String ROLE = "X-Role";

    private ConfigurableApplicationContext context;
    private RestClient http;

    record Reply(int status, String type, String body) {

        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }
    }

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        context = new SpringApplicationBuilder(Host.class)
                .web(WebApplicationType.SERVLET)
                .run(
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--olmo.model=../sample-app/src/main/resources/demo-model",
                        "--olmo.name=demo",
                        "--olmo.load.start-wait=60s",
                        "--olmo.log.enabled=true",
                        "--olmo.log.content=full",
                        "--olmo.log.text-role=AUDITOR",
                        "--olmo.log.folder=" + folder,
                        "--management.endpoints.web.exposure.include=*",
                        "--management.endpoint.olmoprompts.access=unrestricted");
        http = RestClient.builder()
                .baseUrl("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port")
                        + "/actuator/olmoprompts")
                .defaultStatusHandler(status -> true, (request, response) -> {})
                .build();
        Engine engine = context.getBean(Engine.class);
        for (String user : List.of("ada", "bob", "bob")) {
            engine.submit(GenerationRequest.builder(new Prompt.Text("The secret of " + user))
                            .maxTokens(3)
                            .user(user)
                            .build())
                    .await();
        }
        assertThat(context.getBean(PromptLogService.class).flush(Duration.ofSeconds(30)))
                .isTrue();
    }

    @AfterAll
    void stop() {
        context.close();
    }

    /** A role by a header stands for a login. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Host {

        @Bean
        Filter login() {
            return (request, response, chain) -> chain.doFilter(
                    new HttpServletRequestWrapper((HttpServletRequest) request) {

                        @Override
                        public boolean isUserInRole(String role) {
                            return role.equals(getHeader(ROLE));
                        }

                        @Override
                        public @Nullable Principal getUserPrincipal() {
                            return getHeader(ROLE) == null ? null : () -> "ann";
                        }
                    },
                    response);
        }
    }

    private Reply get(String path, @Nullable String role) {
        return reply(http.get()
                .uri(path)
                .headers(headers -> headers.addAll(ROLE, role == null ? List.of() : List.of(role)))
                .retrieve()
                .toEntity(String.class));
    }

    private Reply post(String json, @Nullable String role) {
        return reply(http.post()
                .headers(headers -> headers.addAll(ROLE, role == null ? List.of() : List.of(role)))
                .header("Content-Type", "application/json")
                .body(json)
                .retrieve()
                .toEntity(String.class));
    }

    private static Reply reply(org.springframework.http.ResponseEntity<String> entity) {
        return new Reply(
                entity.getStatusCode().value(),
                String.valueOf(entity.getHeaders().getContentType()),
                String.valueOf(entity.getBody()));
    }

    private String idOf(String user) {
        return get("?size=1&user=" + user, null).json().at("/items/0/id").asString();
    }

    @Test
    void listsRecordsWithoutTexts() {
        Reply all = get("", null);

        assertThat(all.status()).isEqualTo(200);
        assertThat(all.json().get("total").asInt()).isGreaterThanOrEqualTo(3);
        JsonNode first = all.json().at("/items/0");
        assertThat(first.get("model").asString()).isEqualTo("demo");
        assertThat(first.get("status").asString()).isEqualTo("COMPLETED");
        assertThat(first.get("completionTokens").asInt()).isBetween(1, 3);
        assertThat(first.get("received").asString()).contains("T");
        assertThat(first.has("provenance")).isTrue();
        assertThat(all.body()).doesNotContain("secret", "\"ada\"", "\"bob\"");
    }

    @Test
    void filtersAndPages() {
        assertThat(get("?user=ada", null).json().get("total").asInt()).isEqualTo(1);
        assertThat(get("?user=nobody", null).json().get("total").asInt()).isZero();
        assertThat(get("?status=failed", null).json().get("total").asInt()).isZero();
        assertThat(get("?minLatency=1h", null).json().get("total").asInt()).isZero();
        assertThat(get("?until=2020-01-01T00:00:00Z", null).json().get("total").asInt())
                .isZero();
        Reply page = get("?user=bob&page=1&size=1", null);
        assertThat(page.json().get("total").asInt()).isEqualTo(2);
        assertThat(page.json().get("items")).hasSize(1);
    }

    @Test
    void refusesWhatIsOutOfRange() {
        assertThat(get("?size=501", null).status()).isEqualTo(400);
        assertThat(get("?page=-1", null).status()).isEqualTo(400);
        assertThat(get("?from=yesterday", null).status()).isEqualTo(400);
        assertThat(get("/no-uuid", null).status()).isEqualTo(400);
        assertThat(get("/00000000-0000-7000-8000-000000000000", null).status()).isEqualTo(404);
        assertThat(post("{\"operation\": \"search\"}", "AUDITOR").status()).isEqualTo(400);
        assertThat(post("{\"operation\": \"search\", \"text\": \" \"}", "AUDITOR")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void showsTextsOnlyToTheRole() {
        String id = idOf("bob");

        assertThat(get("/" + id, null).json().get("texts").isNull()).isTrue();
        assertThat(get("/" + id, "USER").json().get("texts").isNull()).isTrue();
        assertThat(get("/" + id, "AUDITOR").json().at("/texts/prompt/text").asString())
                .isEqualTo("The secret of bob");
    }

    @Test
    void searchesExportsReplaysAndErasesOnlyForTheRole() {
        for (String operation : List.of("search", "export", "replay", "erase")) {
            assertThat(post("{\"operation\": \"" + operation + "\", \"user\": \"bob\"}", "USER")
                            .status())
                    .as(operation)
                    .isEqualTo(403);
        }
    }

    @Test
    void findsWhatIsInTexts() {
        JsonNode found = post("{\"operation\": \"search\", \"text\": \"SECRET OF BOB\", \"user\": \"bob\"}", "AUDITOR")
                .json();

        assertThat(found.get("items")).hasSize(2);
        assertThat(found.get("next").isNull()).isTrue();
    }

    @Test
    void searchesWithTheFiltersOfTheList() {
        String search = "{\"operation\": \"search\", \"text\": \"secret of\", ";
        assertThat(List.of(
                        "\"user\": \"nobody\"",
                        "\"session\": \"s9\"",
                        "\"conversation\": \"c9\"",
                        "\"trace\": \"t9\"",
                        "\"generation\": \"g9\"",
                        "\"model\": \"other\"",
                        "\"status\": \"failed\"",
                        "\"minTokens\": 100000",
                        "\"maxTokens\": 1",
                        "\"minLatency\": \"1h\"",
                        "\"maxLatency\": \"1ns\"",
                        "\"from\": \"2200-01-01T00:00:00Z\"",
                        "\"until\": \"2020-01-01T00:00:00Z\""))
                .allSatisfy(filter -> {
                    Reply found = post(search + filter + "}", "AUDITOR");
                    assertThat(found.status()).isEqualTo(200);
                    assertThat(found.json().get("items")).as(filter).isEmpty();
                });
        assertThat(post(search + "\"status\": \"completed\", \"minTokens\": 1, \"user\": \"ada\"}", "AUDITOR")
                        .json()
                        .get("items"))
                .hasSize(1);
    }

    @Test
    void showsWhoLookedToTheRole() {
        String id = idOf("ada");
        get("/" + id, "AUDITOR");

        Reply reads = get("/reads?size=1", "AUDITOR");

        assertThat(reads.json().get("items")).hasSize(1);
        assertThat(reads.json().at("/items/0/reader").asString()).isEqualTo("ann");
        assertThat(reads.json().at("/items/0/activity").asString()).isEqualTo("read");
        assertThat(reads.json().at("/items/0/recordId").asString()).isEqualTo(id);
        assertThat(get("/reads", "USER").status()).isEqualTo(403);
        assertThat(get("/reads?size=501", "AUDITOR").status()).isEqualTo(400);
    }

    @Test
    void exportsAUserAsJsonLines() {
        Reply export = post("{\"operation\": \"export\", \"user\": \"bob\"}", "AUDITOR");

        assertThat(export.status()).isEqualTo(200);
        assertThat(export.type()).startsWith("application/x-ndjson");
        List<String> texts = new ArrayList<>();
        export.body()
                .lines()
                .forEach(line -> texts.add(JsonMapper.shared()
                        .readTree(line)
                        .at("/texts/prompt/text")
                        .asString()));
        assertThat(texts).containsExactly("The secret of bob", "The secret of bob");
    }

    @Test
    void replaysAnAnswer() {
        Reply replay = post("{\"operation\": \"replay\", \"id\": \"" + idOf("bob") + "\"}", "AUDITOR");

        assertThat(replay.json().get("outcome").asString()).isEqualTo("IDENTICAL");
    }

    @Test
    void asksLaterOrForOtherInputWithTheStatusThatSaysSo() throws Exception {
        context.getBean(Engine.class)
                .submit(GenerationRequest.builder(new Prompt.Text("The secret of mallory"))
                        .maxTokens(3)
                        .user("mallory")
                        .origin(Origin.UNKNOWN.withUser("mallory").withRetention(TextRetention.REDACTED))
                        .build())
                .await();
        assertThat(context.getBean(PromptLogService.class).flush(Duration.ofSeconds(30)))
                .isTrue();
        String replay = "{\"operation\": \"replay\", \"id\": \"" + idOf("mallory") + "\", \"prompt\": \"%s\"}";

        for (int guess = 0; guess < 10; guess++) {
            Reply wrong = post(replay.formatted("guess " + guess), "AUDITOR");
            assertThat(wrong.status()).isEqualTo(200);
            assertThat(wrong.json().get("outcome").asString()).isEqualTo("NOT_COMPARABLE");
        }
        Reply refused = post(replay.formatted("guess 10"), "AUDITOR");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().get("failure").asString()).contains("after 60 minutes");

        Engine engine = context.getBean(Engine.class);
        engine.drain(Duration.ZERO);
        try {
            Reply busy = post("{\"operation\": \"replay\", \"id\": \"" + idOf("bob") + "\"}", "AUDITOR");
            assertThat(busy.status()).isEqualTo(503);
            assertThat(busy.json().get("failure").asString()).contains("drain");
        } finally {
            engine.resume();
        }
    }

    @Test
    void erasesAUser() throws Exception {
        context.getBean(Engine.class)
                .submit(GenerationRequest.builder(new Prompt.Text("The secret of eve"))
                        .maxTokens(3)
                        .user("eve")
                        .build())
                .await();
        assertThat(context.getBean(PromptLogService.class).flush(Duration.ofSeconds(30)))
                .isTrue();

        assertThat(post("{\"operation\": \"erase\", \"user\": \"eve\"}", "AUDITOR")
                        .json()
                        .get("records")
                        .asInt())
                .isEqualTo(1);

        assertThat(get("?user=eve", null).json().get("total").asInt()).isZero();
        assertThat(post("{\"operation\": \"search\", \"text\": \"secret of eve\"}", "AUDITOR")
                        .json()
                        .get("items"))
                .isEmpty();
    }
}
