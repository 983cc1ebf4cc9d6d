package org.olmo4j.spring.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.olmo4j.sampling.TokenLogProbability;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.text.ToolFallback;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls the API as its transports do and reads the answers with a mapper of its own. */
final class ApiCalls {

    private static final JsonMapper READER = JsonMapper.shared();

    private final OpenAiApi api;

    ApiCalls(ScriptedEngine engine) {
        this.api = api(engine, Duration.ofSeconds(30));
    }

    static OpenAiApi api(ScriptedEngine engine, Duration heartbeat) {
        return new OpenAiApi(
                List.of(new ServedModel("allenai/OLMo-test", engine)),
                new OpenAiApiOptions(100_000, 3, 4, heartbeat, ToolFallback.REFUSE),
                InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000)),
                () -> "trace-1");
    }

    record Reply(int status, JsonNode json) {}

    Reply chat(String json) {
        return whole(api.chat(json.getBytes(StandardCharsets.UTF_8), null));
    }

    Reply complete(String json) {
        return whole(api.complete(json.getBytes(StandardCharsets.UTF_8), null));
    }

    List<String> chatEvents(String json) {
        return events(api.chat(json.getBytes(StandardCharsets.UTF_8), null));
    }

    Flux<String> chatStream(String json) {
        return ((ApiAnswer.Events) api.chat(json.getBytes(StandardCharsets.UTF_8), null)).events();
    }

    List<String> completeEvents(String json) {
        return events(api.complete(json.getBytes(StandardCharsets.UTF_8), null));
    }

    static JsonNode json(String text) {
        return READER.readTree(text);
    }

    /** The JSON of an event. */
    static JsonNode data(String event) {
        assertThat(event).startsWith("data: ").endsWith("\n\n");
        return READER.readTree(event.substring("data: ".length()));
    }

    /** A log-probability whose alternatives are given as id, value, id, value... */
    static TokenLogProbability logProbability(int id, double value, double... top) {
        List<TokenLogProbability.Alternative> alternatives = new java.util.ArrayList<>();
        for (int i = 0; i < top.length; i += 2) {
            alternatives.add(new TokenLogProbability.Alternative((int) top[i], (float) top[i + 1]));
        }
        return new TokenLogProbability(id, (float) value, alternatives);
    }

    private static Reply whole(ApiAnswer answer) {
        assertThat(answer).isInstanceOf(ApiAnswer.Whole.class);
        ApiAnswer.Document document = ((ApiAnswer.Whole) answer).document().block(Duration.ofSeconds(10));
        assertThat(document).isNotNull();
        return new Reply(document.status(), READER.readTree(document.json()));
    }

    private static List<String> events(ApiAnswer answer) {
        assertThat(answer).isInstanceOf(ApiAnswer.Events.class);
        List<String> events = ((ApiAnswer.Events) answer).events().collectList().block(Duration.ofSeconds(10));
        assertThat(events).isNotNull();
        return events;
    }
}
