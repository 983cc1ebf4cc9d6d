package org.olmo4j.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.engine.Engine;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.host.HostedState;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two models in one application, and one of them loaded again. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "olmo.model=",
            "olmo.models.long.model=classpath:demo-model",
            "olmo.models.short.model=classpath:demo-model",
            "olmo.models.short.name=demo/short",
            "olmo.models.short.chat.max-tokens=1",
            "olmo.primary=long",
            "management.endpoint.olmo.access=unrestricted",
            "management.endpoints.web.exposure.include=*"
        })
@Timeout(120)
class SeveralModelsIntegrationTest {

    private static final String QUESTION = "How many layers does OLMo 7B have?";

    @LocalServerPort
    private int port;

    @Autowired
    private ChatClient.Builder builder;

    @Autowired
    @Qualifier("short")
    private ChatModel shortOne;

    @Autowired
    @Qualifier("short")
    private HostedModel shortModel;

    @Autowired
    private Engine primary;

    @Autowired
    private MeterRegistry meters;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void eachAnswersForItself() throws Exception {
        assertThat(builder.build().prompt(QUESTION).call().content()).contains("32");
        assertThat(ChatClient.create(shortOne)
                        .prompt(QUESTION)
                        .call()
                        .chatResponse()
                        .getMetadata()
                        .getUsage()
                        .getCompletionTokens())
                .isOne();

        JsonNode listed = get("/v1/models");
        assertThat(listed.get("data"))
                .extracting(model -> model.get("id").stringValue())
                .containsExactly("long", "demo/short");
        String chat = "\"messages\":[{\"role\":\"user\",\"content\":\"" + QUESTION + "\"}]}";
        assertThat(post("/v1/chat/completions", "{\"model\":\"demo/short\"," + chat)
                        .get("model")
                        .stringValue())
                .isEqualTo("demo/short");
        assertThat(post("/v1/chat/completions", "{" + chat).get("model").stringValue())
                .isEqualTo("long");

        assertThat(get("/actuator/health/olmo").get("components").propertyNames())
                .containsExactlyInAnyOrder("short", "long");
        assertThat(meters.get("olmo.engine.generated.tokens")
                        .tag("model", "long")
                        .functionCounter()
                        .count())
                .isEqualTo(primary.status().generatedTokens());
        assertThat(meters.get("gen_ai.server.request.duration")
                        .tag("gen_ai.response.model", "demo/short")
                        .timers())
                .isNotEmpty();
    }

    @Test
    void oneIsLoadedAgainWithoutTheOther() throws Exception {
        long before = primary.status().generatedTokens();

        JsonNode reloading = post("/actuator/olmo", "{\"operation\":\"reload\",\"model\":\"demo/short\"}");

        assertThat(reloading.get("name").stringValue()).isEqualTo("demo/short");
        for (int i = 0; i < 3000 && !(shortModel.state() instanceof HostedState.Ready); i++) {
            Thread.sleep(10);
        }
        assertThat(shortModel.state()).isInstanceOf(HostedState.Ready.class);
        assertThat(shortModel.engine().status().generatedTokens()).isZero();
        assertThat(ChatClient.create(shortOne).prompt(QUESTION).call().content())
                .isNotBlank();
        assertThat(primary.status().generatedTokens()).isEqualTo(before);
    }

    private JsonNode get(String path) throws Exception {
        return json(HttpRequest.newBuilder(uri(path)));
    }

    private JsonNode post(String path, String body) throws Exception {
        return json(HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private JsonNode json(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(response.body());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
