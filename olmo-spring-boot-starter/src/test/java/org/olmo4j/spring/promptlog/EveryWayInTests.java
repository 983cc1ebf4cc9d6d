package org.olmo4j.spring.promptlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.olmo4j.spring.promptlog.PromptStatus.CANCELLED;
import static org.olmo4j.spring.promptlog.PromptStatus.COMPLETED;
import static org.olmo4j.spring.promptlog.PromptStatus.FAILED;
import static org.olmo4j.spring.promptlog.PromptStatus.REFUSED;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.Olmo;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationRequest.PromptScoring;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.promptlog.admin.GivenTexts;
import org.olmo4j.spring.promptlog.admin.PromptFilter;
import org.olmo4j.spring.promptlog.admin.PromptLog;
import org.olmo4j.spring.promptlog.admin.ReplayAnswer;
import org.olmo4j.spring.promptlog.service.PromptLogService;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** Whoever asks, however it ends: each generation has exactly one record, which says how it ended. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryWayInTests {

    private static final String MODEL = "../sample-app/src/main/resources/demo-model";

    private ConfigurableApplicationContext context;
    private Engine engine;
    private PromptLog log;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Host {}

    @BeforeAll
    void start(@TempDir Path folder) {
        context = new SpringApplicationBuilder(Host.class)
                .web(WebApplicationType.SERVLET)
                .run(
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--olmo.model=" + MODEL,
                        "--olmo.name=demo",
                        "--olmo.load.start-wait=60s",
                        "--olmo.chat.max-tokens=3",
                        // So that a second request has to wait in the queue.
                        "--olmo.engine.max-running=1",
                        "--olmo.openai.enabled=true",
                        "--olmo.log.enabled=true",
                        "--olmo.log.content=full",
                        "--olmo.log.folder=" + folder);
        engine = context.getBean(Engine.class);
        log = context.getBean(PromptLog.class);
    }

    @AfterAll
    void stop() {
        context.close();
    }

    @FunctionalInterface
    private interface Action {
        void run() throws Exception;
    }

    /** A way in, and what it leaves. */
    private record Way(String name, Action action, List<PromptStatus> left) {

        static Way of(String name, Action action, PromptStatus... left) {
            return new Way(name, action, List.of(left));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private Stream<Way> ways() {
        return Stream.of(
                Way.of("ChatModel, at once", () -> chatModel().call("Hello"), COMPLETED),
                Way.of("ChatModel, streamed", () -> chatModel().stream("Hello").blockLast(), COMPLETED),
                Way.of(
                        "ChatClient",
                        () -> context.getBean(ChatClient.Builder.class)
                                .build()
                                .prompt("Hello")
                                .call()
                                .content(),
                        COMPLETED),
                Way.of("API, chat", () -> post("/v1/chat/completions", chat("")), COMPLETED),
                Way.of("API, chat, streamed", () -> post("/v1/chat/completions", chat("\"stream\":true,")), COMPLETED),
                Way.of(
                        "API, two samples of a completion",
                        () -> post("/v1/completions", "{\"prompt\":\"Hello\",\"n\":2,\"max_tokens\":3}"),
                        COMPLETED,
                        COMPLETED),
                Way.of("Engine", () -> engine.submit(request("Hello").build()).await(), COMPLETED),
                Way.of("Engine, held to a schema", this::heldToASchema, COMPLETED),
                Way.of("Engine, scoring only", this::scoring, COMPLETED),
                Way.of("Olmo, with the log as its listener", this::olmo, COMPLETED),
                Way.of("a replay, beside what it repeats", this::replay, COMPLETED, COMPLETED),
                Way.of("refused at admission", this::refused, REFUSED),
                Way.of("cancelled while it runs", this::cancelled, CANCELLED),
                Way.of("cancelled in the queue, behind one that runs", this::cancelledInQueue, CANCELLED, CANCELLED),
                Way.of("token ids that are none", () -> failing(new Prompt.Tokens(new int[] {10_000_000})), FAILED),
                Way.of(
                        "a text that is too long to be encoded",
                        () -> failing(new Prompt.Text("x ".repeat(1_000_000))),
                        FAILED));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void leavesARecordOfEachGeneration(Way way) throws Exception {
        long before = all().size();

        way.action().run();

        List<PromptRecord> records = all();
        assertThat(records.subList(0, (int) (records.size() - before)))
                .extracting(record -> record.outcome().status())
                .containsExactlyElementsOf(way.left());
    }

    private List<PromptRecord> all() throws InterruptedException {
        assertThat(context.getBean(PromptLogService.class).flush(Duration.ofSeconds(30)))
                .isTrue();
        return log.page("ann", PromptFilter.ALL, 0, 500).items();
    }

    private ChatModel chatModel() {
        return context.getBean(ChatModel.class);
    }

    private static String chat(String further) {
        return "{" + further + "\"max_tokens\":3,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    }

    private void post(String path, String body) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                    + context.getEnvironment().getProperty("local.server.port") + path))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        }
    }

    private static GenerationRequest.Builder request(String text) {
        return GenerationRequest.builder(new Prompt.Text(text)).maxTokens(3);
    }

    private void heldToASchema() throws Exception {
        engine.submit(request("Hello")
                        .maxTokens(8)
                        .jsonSchema(JsonSchema.parse("{\"type\": \"boolean\"}"))
                        .build())
                .await();
    }

    private void scoring() throws Exception {
        engine.submit(request("Hello world")
                        .maxTokens(0)
                        .promptScoring(new PromptScoring(1, 0))
                        .build())
                .await();
    }

    private void olmo() throws Exception {
        try (Olmo olmo = Olmo.builder(MODEL)
                .maxTokens(3)
                .listener(context.getBean(PromptLogService.class).listener("embedded"))
                .load()) {
            olmo.generate("Hello");
        }
    }

    private void replay() throws Exception {
        engine.submit(request("Hello again").build()).await();
        PromptRecord recorded = all().getFirst();
        assertThat(log.replay("ann", recorded.id(), GivenTexts.NONE))
                .map(ReplayAnswer::outcome)
                .hasValue(ReplayAnswer.Outcome.IDENTICAL);
        assertThat(all().getFirst().caller().replayOf()).isEqualTo(recorded.generationId());
    }

    private void refused() throws Exception {
        engine.drain(Duration.ZERO);
        assertThatThrownBy(() -> engine.submit(request("Hello").build())).isInstanceOf(OlmoException.class);
        engine.resume();
    }

    private Generation endless() {
        return engine.submit(
                request("A long story").maxTokens(1_000).ignoreEndOfText(true).build());
    }

    private void cancelled() throws Exception {
        Generation generation = endless();
        generation.next();
        generation.cancel();
        generation.awaitEnd();
    }

    private void cancelledInQueue() throws Exception {
        Generation running = endless();
        running.next();
        Generation queued = engine.submit(request("Hello").build());
        queued.cancel();
        queued.awaitEnd();
        running.cancel();
        running.awaitEnd();
        assertThat(all().getFirst().times().started())
                .as("never left the queue")
                .isNull();
    }

    private void failing(Prompt prompt) throws Exception {
        assertThatThrownBy(() -> engine.submit(
                                GenerationRequest.builder(prompt).maxTokens(3).build())
                        .await())
                .isInstanceOf(OlmoException.class);
    }
}
