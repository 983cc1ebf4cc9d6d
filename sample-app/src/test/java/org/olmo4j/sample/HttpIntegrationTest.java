package org.olmo4j.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.engine.Engine;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What curl sees of the running application. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@Timeout(120)
class HttpIntegrationTest {

    private static final String QUESTION = "How many layers does OLMo 7B have?";
    private static final String CHAT =
            "{\"model\":\"demo-model\",\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"" + QUESTION
                    + "\"}]";

    @LocalServerPort
    private int port;

    @Autowired
    private Engine engine;

    private final JsonMapper json = JsonMapper.shared();
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void answersAChat() throws Exception {
        JsonNode answer = ok("/v1/chat/completions", CHAT + "}");

        assertThat(answer.at("/choices/0/message/content").stringValue()).contains("32");
        assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
        assertThat(answer.at("/usage/total_tokens").intValue())
                .isEqualTo(answer.at("/usage/prompt_tokens").intValue()
                        + answer.at("/usage/completion_tokens").intValue());
        assertThat(answer.at("/olmo/time_to_first_token_ms").doubleValue()).isPositive();
    }

    @Test
    void streamsTheTextThatAWholeAnswerHas() throws Exception {
        String whole = ok("/v1/chat/completions", CHAT + "}")
                .at("/choices/0/message/content")
                .stringValue();

        HttpResponse<String> response =
                post("/v1/chat/completions", CHAT + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");

        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        List<String> events = response.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
        assertThat(events).last().isEqualTo("[DONE]");
        List<JsonNode> chunks = events.subList(0, events.size() - 1).stream()
                .map(json::readTree)
                .toList();
        assertThat(chunks.getFirst().at("/choices/0/delta/role").stringValue()).isEqualTo("assistant");
        assertThat(chunks.stream()
                        .map(chunk -> chunk.at("/choices/0/delta/content").asString(""))
                        .collect(Collectors.joining()))
                .isEqualTo(whole);
        assertThat(chunks.get(chunks.size() - 2).at("/choices/0/finish_reason").stringValue())
                .isEqualTo("stop");
        assertThat(chunks.getLast().at("/usage/completion_tokens").intValue()).isPositive();
    }

    @Test
    void drawsTheSameAnswerFromTheSameSeed() throws Exception {
        String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"Tell me a story.\"}],\"temperature\":1.5,"
                + "\"max_tokens\":40,\"seed\":";

        String first = ok("/v1/chat/completions", body + "1}")
                .at("/choices/0/message/content")
                .stringValue();
        String again = ok("/v1/chat/completions", body + "1}")
                .at("/choices/0/message/content")
                .stringValue();
        String other = ok("/v1/chat/completions", body + "2}")
                .at("/choices/0/message/content")
                .stringValue();

        assertThat(again).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
    }

    @Test
    void continuesTextsAndTokenIdsAlike() throws Exception {
        JsonNode scored = ok(
                "/v1/completions",
                "{\"prompt\":\"OLMo 7B has\",\"max_tokens\":4,\"temperature\":0,\"echo\":true,\"logprobs\":1}");

        List<String> tokens = scored.at("/choices/0/logprobs/tokens")
                .valueStream()
                .map(JsonNode::stringValue)
                .toList();
        String text = scored.at("/choices/0/text").stringValue();
        assertThat(text).startsWith("OLMo 7B has");
        assertThat(String.join("", tokens)).isEqualTo(text);
        assertThat(scored.at("/choices/0/logprobs/token_logprobs/0").isNull()).isTrue();
        // Greedy: each generated token is its own best alternative.
        int promptTokens = scored.at("/usage/prompt_tokens").intValue();
        for (int i = promptTokens; i < tokens.size(); i++) {
            JsonNode top = scored.at("/choices/0/logprobs/top_logprobs/" + i);
            assertThat(top.has(tokens.get(i))).isTrue();
        }
        assertThat(scored.at("/choices/0/logprobs/text_offset/" + promptTokens).intValue())
                .isEqualTo("OLMo 7B has".length());

        JsonNode batch = ok(
                "/v1/completions",
                "{\"prompt\":[[5,6,7],[8,9]],\"max_tokens\":3,\"temperature\":0,\"ignore_eos\":true}");
        assertThat(batch.get("choices")).hasSize(2);
        assertThat(batch.at("/usage/prompt_tokens").intValue()).isEqualTo(5);
        assertThat(batch.at("/usage/completion_tokens").intValue()).isEqualTo(6);
    }

    @Test
    void scoresAPromptWithoutGenerating() throws Exception {
        JsonNode scored = ok("/v1/completions", "{\"prompt\":[5,6,7],\"max_tokens\":0,\"echo\":true,\"logprobs\":1}");

        assertThat(scored.at("/choices/0/logprobs/token_logprobs")).hasSize(3);
        assertThat(scored.at("/choices/0/logprobs/token_logprobs/1").floatValue())
                .isNegative();
        assertThat(scored.at("/usage/completion_tokens").intValue()).isZero();
    }

    @Test
    void listsTheModel() throws Exception {
        JsonNode models = json.readTree(get("/v1/models").body());

        assertThat(models.at("/data/0/id").stringValue()).isEqualTo("demo-model");
        assertThat(get("/v1/models/demo-model").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "400 | temperature | ,\"temperature\":-1",
                "400 | tools       | ,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]",
                "400 | max_tokens  | ,\"max_tokens\":-5",
                "400 | logit_bias  | ,\"logit_bias\":{\"2048\":1}",
                "404 | model       | ,\"model\":\"gpt-4o\""
            })
    void refusesInOpenAisForm(int status, String param, String fields) throws Exception {
        HttpResponse<String> response =
                post("/v1/chat/completions", "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]" + fields + "}");

        assertThat(response.statusCode()).isEqualTo(status);
        JsonNode error = json.readTree(response.body()).get("error");
        assertThat(error.get("param").stringValue()).isEqualTo(param);
        assertThat(error.get("type").stringValue()).isEqualTo("invalid_request_error");
        assertThat(error.get("message").stringValue()).isNotBlank();
    }

    @Test
    void refusesAConversationThatDoesNotFitTheContext() throws Exception {
        HttpResponse<String> response = post(
                "/v1/chat/completions",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"" + "word ".repeat(2000) + "\"}]}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(json.readTree(response.body()).at("/error/code").stringValue())
                .isEqualTo("context_length_exceeded");
    }

    @Test
    void stopsTheWorkForAClientThatLeaves() throws Exception {
        long generatedBefore = engine.status().generatedTokens();
        int prompts = 100;
        int tokensEach = 1000;
        String many = "\"OLMo\"" + ",\"OLMo\"".repeat(prompts - 1);

        HttpResponse<InputStream> response = http.send(
                request(
                        "/v1/completions",
                        "{\"prompt\":[" + many + "],\"max_tokens\":" + tokensEach
                                + ",\"ignore_eos\":true,\"stream\":true}"),
                HttpResponse.BodyHandlers.ofInputStream());
        BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        assertThat(lines.readLine()).startsWith("data: ");
        response.body().close();

        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (engine.status().running() + engine.status().queued() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertThat(engine.status().running()).isZero();
        // All of it would be 100,000 tokens; how many come before the broken connection shows depends on the machine.
        assertThat(engine.status().generatedTokens() - generatedBefore).isLessThan(prompts * tokensEach / 2);
    }

    @Test
    void samplesSeveralAnswersThatRepeatWithTheirSeed() throws Exception {
        String request =
                CHAT.replace("\"temperature\":0", "\"temperature\":1.5") + ",\"n\":4,\"seed\":11,\"max_tokens\":24";
        JsonNode answer = ok("/v1/chat/completions", request + "}");

        assertThat(answer.get("choices"))
                .extracting(choice -> choice.get("index").intValue())
                .containsExactly(0, 1, 2, 3);
        List<String> texts = texts(answer);
        assertThat(texts.stream().distinct()).hasSizeGreaterThan(1);
        assertThat(texts(ok("/v1/chat/completions", request + "}"))).isEqualTo(texts);
        assertThat(answer.at("/usage/prompt_tokens").intValue())
                .isEqualTo(ok("/v1/chat/completions", CHAT + "}")
                        .at("/usage/prompt_tokens")
                        .intValue());
    }

    private static List<String> texts(JsonNode answer) {
        return StreamSupport.stream(answer.get("choices").spliterator(), false)
                .map(choice -> choice.at("/message/content").stringValue())
                .toList();
    }

    @Test
    void servesThePageAndItsParts() throws Exception {
        for (String path : List.of("/", "/chat.js", "/completions.js", "/theme.css", "/chat.css", "/favicon.svg")) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(200);
        }
        assertThat(get("/").body()).contains("Content-Security-Policy").doesNotContain("http://", "https://");
    }

    @Test
    void answersTheExampleOfAChatClient() throws Exception {
        HttpResponse<String> response = get("/ask?question=" + URLEncoder.encode(QUESTION, StandardCharsets.UTF_8));

        assertThat(response.body()).contains("32");
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
    }

    @Test
    void refusesAnEmptyQuestion() throws Exception {
        assertThat(get("/ask?question=").statusCode()).isEqualTo(400);
        assertThat(get("/ask?question=%20").statusCode()).isEqualTo(400);
    }

    @Test
    void showsItsHealth() throws Exception {
        HttpResponse<String> response = get("/actuator/health");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(json.readTree(response.body()).get("status").stringValue()).isEqualTo("UP");
    }

    private JsonNode ok(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = post(path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json.readTree(response.body());
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return http.send(request(path, body), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
