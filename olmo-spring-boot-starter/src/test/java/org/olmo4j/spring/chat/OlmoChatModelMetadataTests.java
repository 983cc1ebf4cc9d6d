package org.olmo4j.spring.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.energy.Component;
import org.olmo4j.energy.Provenance;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.sampling.TokenLogProbability;
import org.olmo4j.spring.testing.Footprints;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.Prompt;

/** What a response says of itself beside its text. */
@Timeout(20)
class OlmoChatModelMetadataTests {

    private static final Prompt HELLO = new Prompt("Hello?");

    private final ScriptedEngine engine = ScriptedEngine.withoutTokenizer();
    private final OlmoChatModel model =
            OlmoChatModel.builder(engine, "olmo-test").build();

    @Test
    void reportsWhatTheAnswerCost() {
        engine.answer(ScriptedGeneration.of(1, 2, 3)
                .delta("Hi", 1)
                .footprint(Footprints.of(10))
                .endsBy(FinishReason.STOP));

        ChatResponseMetadata metadata = model.call(HELLO).getMetadata();

        assertThat(metadata.<Footprint>get(OlmoResponseMetadata.FOOTPRINT)).isEqualTo(Footprints.of(10));
        assertThat(metadata.<Double>get(OlmoResponseMetadata.ENERGY_ACTIVE_JOULES))
                .isEqualTo(10);
        assertThat(metadata.<Double>get(OlmoResponseMetadata.ENERGY_FULL_JOULES))
                .isEqualTo(12);
        assertThat(metadata.<Provenance>get(OlmoResponseMetadata.ENERGY_PROVENANCE))
                .isEqualTo(Provenance.MEASURED_SHARED);
        assertThat(metadata.<Set<Component>>get(OlmoResponseMetadata.ENERGY_COVERS))
                .containsExactlyInAnyOrder(Component.CPU, Component.MEMORY);
        assertThat(metadata.<Double>get(OlmoResponseMetadata.CO2E_LOCATION_BASED_GRAMS))
                .isCloseTo(12e-4, within(1e-12));
        assertThat(metadata.<Double>get(OlmoResponseMetadata.CO2E_MARKET_BASED_GRAMS))
                .isCloseTo(12e-5, within(1e-12));
    }

    @Test
    void whatIsNotKnownOfTheCostIsAbsent() {
        engine.answer(ScriptedGeneration.of(1, 2, 3)
                .delta("Hi", 1)
                .footprint(Footprints.unknown())
                .endsBy(FinishReason.STOP));

        ChatResponseMetadata metadata = model.call(HELLO).getMetadata();

        assertThat(metadata.<Footprint>get(OlmoResponseMetadata.FOOTPRINT)).isEqualTo(Footprints.unknown());
        assertThat(metadata.containsKey(OlmoResponseMetadata.ENERGY_FULL_JOULES))
                .isFalse();
        assertThat(metadata.containsKey(OlmoResponseMetadata.CO2E_LOCATION_BASED_GRAMS))
                .isFalse();
    }

    @Test
    void callAndTheEndOfAStreamReportTheSame() {
        engine.answer(ScriptedGeneration.saying("Good", " morning"), ScriptedGeneration.saying("Good", " morning"));

        ChatResponseMetadata called = model.call(HELLO).getMetadata();
        ChatResponseMetadata streamed = model.stream(HELLO).blockLast().getMetadata();

        assertThat(called.entrySet()).isEqualTo(streamed.entrySet());
        assertThat(called.getUsage()).isEqualTo(streamed.getUsage());
    }

    @Test
    void reportsUsageTimingsAndSeed() {
        engine.answer(ScriptedGeneration.saying("a", "b", "c"));

        ChatResponseMetadata metadata = model.call(HELLO).getMetadata();

        assertThat(metadata.getId()).isEqualTo(ScriptedGeneration.ID);
        assertThat(metadata.getModel()).isEqualTo("olmo-test");
        assertThat(metadata.getUsage().getPromptTokens()).isEqualTo(3);
        assertThat(metadata.getUsage().getCompletionTokens()).isEqualTo(3);
        assertThat(metadata.getUsage().getTotalTokens()).isEqualTo(6);
        assertThat(metadata.getUsage().getCacheReadInputTokens()).isEqualTo(2L);
        assertThat(metadata.<Long>get(OlmoResponseMetadata.SEED)).isEqualTo(ScriptedGeneration.SEED);
        assertThat(metadata.<Duration>get(OlmoResponseMetadata.QUEUE_DURATION)).isEqualTo(Duration.ofMillis(5));
        assertThat(metadata.<Duration>get(OlmoResponseMetadata.TIME_TO_FIRST_TOKEN))
                .isEqualTo(Duration.ofMillis(20));
        assertThat(metadata.<Duration>get(OlmoResponseMetadata.TOTAL_DURATION)).isEqualTo(Duration.ofMillis(520));
        // Two tokens after the first, in the 500 ms after the first.
        assertThat(metadata.<Double>get(OlmoResponseMetadata.TOKENS_PER_SECOND)).isCloseTo(4.0, within(1e-9));
    }

    @Test
    void reportsTheKeyByWhichAnAnswerCanBeRepeated() {
        String key =
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;max-tokens=1;seed=1234";
        engine.answer(
                ScriptedGeneration.of(1)
                        .delta("a", 10)
                        .replayKey(ReplayKey.parse(key))
                        .endsBy(FinishReason.LENGTH),
                ScriptedGeneration.saying("a"));

        assertThat(model.call(HELLO).getMetadata().<String>get(OlmoResponseMetadata.REPLAY_KEY))
                .isEqualTo(key);
        assertThat(model.call(HELLO).getMetadata().containsKey(OlmoResponseMetadata.REPLAY_KEY))
                .isFalse();
    }

    @Test
    void reportsNoSpeedWithoutASecondToken() {
        engine.answer(ScriptedGeneration.saying("a"), ScriptedGeneration.saying());

        assertThat(model.call(HELLO).getMetadata().containsKey(OlmoResponseMetadata.TOKENS_PER_SECOND))
                .isFalse();
        ChatResponseMetadata empty = model.call(HELLO).getMetadata();
        assertThat(empty.containsKey(OlmoResponseMetadata.TOKENS_PER_SECOND)).isFalse();
        assertThat(empty.containsKey(OlmoResponseMetadata.TIME_TO_FIRST_TOKEN)).isFalse();
    }

    @Test
    void namesWhyAnAnswerEnded() {
        engine.answer(
                ScriptedGeneration.of(1).delta("a", 10).endsBy(FinishReason.LENGTH),
                ScriptedGeneration.of(1).delta("a", 10).endsBy(FinishReason.CANCELLED),
                ScriptedGeneration.of(1).delta("a", 10).matchedStop("END").endsBy(FinishReason.STOP));

        assertThat(model.call(HELLO).getResult().getMetadata().getFinishReason())
                .isEqualTo("LENGTH");
        assertThat(model.call(HELLO).getResult().getMetadata().getFinishReason())
                .isEqualTo("CANCELLED");
        assertThat(model.call(HELLO).getResult().getMetadata().<String>get(OlmoResponseMetadata.STOP_SEQUENCE))
                .isEqualTo("END");
    }

    @Test
    void reportsLogProbabilitiesWholeInACallAndPartByPartInAStream() {
        TokenLogProbability first = new TokenLogProbability(10, -0.5f, List.of());
        TokenLogProbability second = new TokenLogProbability(11, -1.5f, List.of());
        for (int i = 0; i < 2; i++) {
            engine.answer(
                    ScriptedGeneration.of(1).delta("a", first).delta("", second).endsBy(FinishReason.STOP));
        }

        assertThat(logProbabilities(model.call(HELLO).getResult())).containsExactly(first, second);
        assertThat(model.stream(HELLO).collectList().block())
                .extracting(response -> logProbabilities(response.getResult()))
                .containsExactly(List.of(first), List.of(second), null);
    }

    private static List<TokenLogProbability> logProbabilities(Generation generation) {
        return generation.getMetadata().get(OlmoResponseMetadata.LOG_PROBABILITIES);
    }
}
