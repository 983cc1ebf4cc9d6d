package org.olmo4j.spring.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.BudgetExceededException;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.RateLimitExceededException;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** What holds over real HTTP, whichever of Spring's web frameworks the host application uses. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
abstract class AbstractOpenAiHttpTests {

    private static final String HELLO = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    private static final String HELLO_STREAM =
            "{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private final WebApplicationType type;
    private final HttpClient http = HttpClient.newHttpClient();
    private ConfigurableApplicationContext context;
    private ScriptedEngine engine;
    private String base;

    AbstractOpenAiHttpTests(WebApplicationType type) {
        this.type = type;
    }

    @BeforeAll
    void startTheHost() {
        SpringApplication application = new SpringApplication(Host.class);
        application.setWebApplicationType(type);
        context = application.run(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--olmo.openai.enabled=true",
                "--olmo.openai.heartbeat-interval=200ms",
                "--olmo.openai.max-body-size=10KB",
                "--olmo.name=allenai/OLMo-test",
                // A host whose own JSON looks different must not change the API's.
                "--spring.jackson.property-naming-strategy=UPPER_CAMEL_CASE",
                "--spring.mvc.async.request-timeout=300ms");
        engine = context.getBean(ScriptedEngine.class);
        base = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
    }

    @AfterAll
    void stopTheHost() {
        context.close();
        http.close();
    }

    @Test
    void answersChatAsJson() throws Exception {
        engine.answer(ScriptedGeneration.of(1).delta("Grüße €", 1).endsBy(FinishReason.STOP));

        HttpResponse<String> response = post("/v1/chat/completions", HELLO);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(ApiCalls.json(response.body())
                        .at("/choices/0/message/content")
                        .stringValue())
                .isEqualTo("Grüße €");
    }

    @Test
    void answersCompletionsAsJson() throws Exception {
        engine.answer(ScriptedGeneration.of(1).delta(" world", 2).endsBy(FinishReason.LENGTH));

        HttpResponse<String> response = post("/v1/completions", "{\"prompt\":\"Grüße\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(ApiCalls.json(response.body()).at("/choices/0/text").stringValue())
                .isEqualTo(" world");
        assertThat(engine.request().prompt()).isEqualTo(new Prompt.Text("Grüße"));
    }

    @Test
    void waitsLongerThanTheHostsAsyncRequestsMay() throws Exception {
        ScriptedGeneration generation =
                ScriptedGeneration.of(1).delta("late", 1).hangs();
        engine.answer(generation);

        Thread.ofVirtual().start(() -> {
            sleep(Duration.ofSeconds(1));
            generation.end(FinishReason.STOP);
        });
        HttpResponse<String> response = post("/v1/chat/completions", HELLO);

        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void streamsEventsAsTheyCome() throws Exception {
        engine.answer(ScriptedGeneration.of(1).delta("Grüße €", 1).endsBy(FinishReason.STOP));

        HttpResponse<String> response = post("/v1/chat/completions", HELLO_STREAM);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(contentType -> assertThat(contentType.replace(" ", ""))
                        .isEqualToIgnoringCase("text/event-stream;charset=utf-8"));
        assertThat(response.headers().firstValue("X-Accel-Buffering")).hasValue("no");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(response.body())
                .contains("\"delta\":{\"content\":\"Grüße €\"}")
                .endsWith("data: [DONE]\n\n");
    }

    @Test
    void sendsHeartbeatsWhileNothingComesAndFreesTheEngineWhenTheClientLeaves() throws Exception {
        ScriptedGeneration generation = ScriptedGeneration.of(1).queued();
        engine.answer(generation);

        HttpResponse<InputStream> response =
                http.send(request("/v1/chat/completions", HELLO_STREAM), HttpResponse.BodyHandlers.ofInputStream());
        BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        assertThat(lines.readLine()).isEqualTo(": waiting");
        assertThat(lines.readLine()).isEmpty();
        assertThat(lines.readLine()).isEqualTo(": waiting");
        assertThat(generation.cancelled().getCount()).isOne();
        response.body().close();

        assertThat(generation.cancelled().await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void freesTheEngineWhenTheClientLeavesInTheMiddle() throws Exception {
        ScriptedGeneration generation =
                ScriptedGeneration.of(1).delta("Hello", 1).hangs();
        engine.answer(generation);

        HttpResponse<InputStream> response =
                http.send(request("/v1/completions", "{\"stream\":true}"), HttpResponse.BodyHandlers.ofInputStream());
        BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        assertThat(lines.readLine()).startsWith("data: ").contains("Hello");
        response.body().close();

        assertThat(generation.cancelled().await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void refusesBeforeAStreamBeginsWithItsStatus() throws Exception {
        engine.refuse(new EngineBusyException("8 run and 64 wait", Duration.ofSeconds(7)));

        HttpResponse<String> response = post("/v1/chat/completions", HELLO_STREAM);

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("7");
        assertThat(ApiCalls.json(response.body()).at("/error/code").stringValue())
                .isEqualTo("engine_overloaded");
    }

    @Test
    void refusesWhatIsBeyondTheLimitOfAUserWithTheTimeToRetry() throws Exception {
        engine.refuse(new RateLimitExceededException("The requests of a user are limited to 2", Duration.ofSeconds(9)));

        HttpResponse<String> response = post("/v1/chat/completions", HELLO);

        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("9");
        assertThat(ApiCalls.json(response.body()).at("/error/code").stringValue())
                .isEqualTo("rate_limit_exceeded");
    }

    @Test
    void refusesAUserWhoseBudgetOfTheDayIsSpent() throws Exception {
        engine.refuse(new BudgetExceededException("The daily budget of 5 joules is spent (6)", Duration.ofHours(2)));

        HttpResponse<String> response = post("/v1/chat/completions", HELLO);

        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("7200");
        assertThat(ApiCalls.json(response.body()).at("/error/code").stringValue())
                .isEqualTo("insufficient_quota");
    }

    @Test
    void refusesAnUnknownFieldByName() throws Exception {
        HttpResponse<String> response = post("/v1/completions", "{\"sufix\":\"x\"}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(ApiCalls.json(response.body()).at("/error/param").stringValue())
                .isEqualTo("sufix");
    }

    @Test
    void refusesTooLargeABody() throws Exception {
        HttpResponse<String> response = post("/v1/completions", "{\"prompt\":\"" + "x".repeat(10_240) + "\"}");

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(ApiCalls.json(response.body()).at("/error/code").stringValue())
                .isEqualTo("request_too_large");
    }

    @Test
    void refusesAnEmptyBody() throws Exception {
        assertThat(post("/v1/completions", "").statusCode()).isEqualTo(400);
    }

    @Test
    void aBodyThatBreaksOffIsNoErrorOfTheServer(CapturedOutput output) throws Exception {
        engine.answer(ScriptedGeneration.of(1).endsBy(FinishReason.STOP));
        String before = output.getAll();
        try (Socket socket = new Socket("127.0.0.1", URI.create(base).getPort())) {
            String head = "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 100\r\n\r\n{\"prompt\":";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            // The server is to have begun with the body.
            sleep(Duration.ofMillis(300));
        }
        sleep(Duration.ofMillis(500));

        assertThat(post("/v1/completions", "{}").statusCode()).isEqualTo(200);
        assertThat(output.getAll().substring(before.length())).doesNotContain("ERROR");
    }

    @Test
    void refusesOtherContentTypes() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/v1/completions"))
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();

        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(ApiCalls.json(response.body()).at("/error/type").stringValue())
                .isEqualTo("invalid_request_error");
    }

    @Test
    void listsTheModel() throws Exception {
        JsonNode list = ApiCalls.json(get("/v1/models").body());

        assertThat(list.get("object").stringValue()).isEqualTo("list");
        assertThat(list.get("data")).hasSize(1);
        assertThat(list.at("/data/0/id").stringValue()).isEqualTo("allenai/OLMo-test");
        assertThat(list.at("/data/0/object").stringValue()).isEqualTo("model");
        assertThat(list.at("/data/0/max_model_len").intValue()).isEqualTo(2048);
    }

    @Test
    void findsAModelWithASlashInItsName() throws Exception {
        HttpResponse<String> found = get("/v1/models/allenai/OLMo-test");
        assertThat(found.statusCode()).isEqualTo(200);
        assertThat(ApiCalls.json(found.body()).get("id").stringValue()).isEqualTo("allenai/OLMo-test");

        HttpResponse<String> missing = get("/v1/models/gpt-4o");
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(ApiCalls.json(missing.body()).at("/error/code").stringValue())
                .isEqualTo("model_not_found");
    }

    @Test
    void whatIsNotServedIsSaidInTheFormOfTheApi() throws Exception {
        HttpResponse<String> response = post("/v1/embeddings", "{}");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        JsonNode error = ApiCalls.json(response.body()).get("error");
        assertThat(error.get("code").stringValue()).isEqualTo("unknown_url");
        assertThat(error.get("type").stringValue()).isEqualTo("invalid_request_error");
        assertThat(error.get("message").stringValue()).contains("POST /v1/embeddings", "/v1/chat/completions");
    }

    @Test
    void aWrongMethodIsSaidInTheFormOfTheApiWithTheRightOnes() throws Exception {
        HttpResponse<String> response = get("/v1/chat/completions");

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).hasValue("POST");
        JsonNode error = ApiCalls.json(response.body()).get("error");
        assertThat(error.get("code").stringValue()).isEqualTo("method_not_allowed");
        assertThat(error.get("message").stringValue())
                .isEqualTo("GET is not allowed on /v1/chat/completions; allowed: POST.");
    }

    @Test
    void theHostsOwnPathsStayAsTheyAre() throws Exception {
        assertThat(get("/v1/orders").body()).isEqualTo("none");
        assertThat(post("/v1/orders", "{}").statusCode()).isEqualTo(405);
        assertThat(post("/v1/orders", "{}").body()).doesNotContain("\"error\":{");
        assertThat(get("/v2/models").statusCode()).isEqualTo(404);
        assertThat(get("/v2/models").body()).doesNotContain("\"error\":{");
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return http.send(request(path, body), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(base + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Host {

        @Bean
        ScriptedEngine engine() {
            return ScriptedEngine.create();
        }

        @RestController
        static class Orders {

            @GetMapping("/v1/orders")
            String orders() {
                return "none";
            }
        }
    }
}
