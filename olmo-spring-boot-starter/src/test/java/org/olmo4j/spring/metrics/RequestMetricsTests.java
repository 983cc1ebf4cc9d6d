package org.olmo4j.spring.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.engine.Timings;
import org.olmo4j.engine.Usage;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.text.ChatMessage;

class RequestMetricsTests {

    private static final Prompt CHAT = new Prompt.Chat(List.of(new ChatMessage(ChatMessage.Role.USER, "Hi")));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RequestMetrics metrics = new RequestMetrics("OLMo-2-1B", registry);

    /** 200 ms to the first token, and 900 ms in all. */
    private void ended(Prompt prompt, FinishReason reason, int tokens, @Nullable OlmoException error) {
        metrics.ended(
                GenerationRequest.builder(prompt).user("ada").build(),
                new GenerationResult(
                        "1",
                        "",
                        List.of(),
                        reason,
                        Optional.empty(),
                        new Usage(10, 0, tokens),
                        new Timings(
                                Instant.EPOCH,
                                Optional.of(Duration.ofMillis(5)),
                                tokens == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(200)),
                                Duration.ofMillis(900)),
                        0,
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        List.of(),
                        error));
    }

    private Timer timer(String name) {
        return registry.get("gen_ai.server." + name).timer();
    }

    @Test
    void timesAnAnswer() {
        ended(CHAT, FinishReason.STOP, 8, null);

        assertThat(timer("request.duration").totalTime(TimeUnit.MILLISECONDS)).isEqualTo(900);
        assertThat(timer("time_to_first_token").totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(200);
        // 700 ms for the seven tokens after the first.
        assertThat(timer("time_per_output_token").totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(100);
        assertThat(timer("request.duration").count()).isOne();
    }

    @Test
    void anAnswerOfOneTokenHasNoTimePerFurtherToken() {
        ended(CHAT, FinishReason.LENGTH, 1, null);

        assertThat(timer("time_to_first_token").count()).isOne();
        assertThat(registry.find("gen_ai.server.time_per_output_token").timer()).isNull();
    }

    @ParameterizedTest
    @EnumSource(
            value = FinishReason.class,
            names = {"CANCELLED", "DEADLINE", "FAILED"})
    void timesOfTokensAreThoseOfAnswersOnly(FinishReason reason) {
        ended(CHAT, reason, 8, null);

        assertThat(timer("request.duration").count()).isOne();
        assertThat(registry.find("gen_ai.server.time_to_first_token").timer()).isNull();
        assertThat(registry.find("gen_ai.server.time_per_output_token").timer()).isNull();
    }

    @Test
    void tagsAreFew() {
        ended(CHAT, FinishReason.STOP, 8, null);
        ended(new Prompt.Text("Hi"), FinishReason.LENGTH, 8, null);
        ended(CHAT, FinishReason.CANCELLED, 8, null);
        ended(CHAT, FinishReason.REFUSED, 0, new EngineBusyException("8 run", Duration.ofSeconds(1)));

        assertThat(registry.get("gen_ai.server.request.duration").timers())
                .extracting(timer -> timer.getId().getTags().toString().replace("tag", ""))
                .containsExactlyInAnyOrder(
                        tags("none", "chat"),
                        tags("none", "text_completion"),
                        tags("cancelled", "chat"),
                        tags("EngineBusyException", "chat"));
    }

    private static String tags(String error, String operation) {
        return "[(error.type=" + error + "), (gen_ai.operation.name=" + operation + "), (gen_ai.provider.name=olmo),"
                + " (gen_ai.request.model=OLMo-2-1B), (gen_ai.response.model=OLMo-2-1B)]";
    }

    // The boundaries are those of OpenTelemetry's conventions, in seconds.
    @ParameterizedTest
    @CsvSource({
        "request.duration, 0.01 0.02 0.04 0.08 0.16 0.32 0.64 1.28 2.56 5.12 10.24 20.48 40.96 81.92",
        "time_per_output_token, 0.01 0.025 0.05 0.075 0.1 0.15 0.2 0.3 0.4 0.5 0.75 1.0 2.5",
        "time_to_first_token, 0.001 0.005 0.01 0.02 0.04 0.06 0.08 0.1 0.25 0.5 0.75 1.0 2.5 5.0 7.5 10.0"
    })
    void bucketsAreThoseOfOpenTelemetry(String name, String seconds) {
        ended(CHAT, FinishReason.STOP, 8, null);

        assertThat(Arrays.stream(timer(name).takeSnapshot().histogramCounts())
                        .map(CountAtBucket::bucket)
                        .map(nanos -> nanos / 1e9))
                .containsExactlyElementsOf(
                        Arrays.stream(seconds.split(" ")).map(Double::valueOf).toList());
    }
}
