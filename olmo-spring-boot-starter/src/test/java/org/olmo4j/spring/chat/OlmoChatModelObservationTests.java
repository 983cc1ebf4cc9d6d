package org.olmo4j.spring.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.observation.tck.ObservationContextAssert;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.test.StepVerifier;

/** Metrics and traces are those that Spring AI's users know from other models. */
@Timeout(20)
class OlmoChatModelObservationTests {

    private static final Prompt PROMPT = new Prompt(
            "Hello?",
            OlmoChatOptions.builder()
                    .temperature(0.5)
                    .maxTokens(100)
                    .stopSequences(List.of("END"))
                    .build());

    private final TestObservationRegistry registry = TestObservationRegistry.create();
    private final ScriptedEngine engine = ScriptedEngine.withoutTokenizer();
    private final OlmoChatModel model = OlmoChatModel.builder(engine, "olmo-test")
            .observationRegistry(registry)
            .build();

    /** A stream's observation ends after the subscriber has seen the stream's end. */
    private void assertObserved(Consumer<ObservationContextAssert> checks) {
        await().untilAsserted(() -> TestObservationRegistryAssert.assertThat(registry)
                .doesNotHaveAnyRemainingCurrentObservation()
                .hasNumberOfObservationsWithNameEqualTo(DefaultChatModelObservationConvention.DEFAULT_NAME, 1)
                .hasObservationWithNameEqualTo(DefaultChatModelObservationConvention.DEFAULT_NAME)
                .that()
                .hasBeenStarted()
                .hasBeenStopped());
        TestObservationRegistryAssert.assertThat(registry)
                .forAllObservationsWithNameEqualTo(DefaultChatModelObservationConvention.DEFAULT_NAME, checks);
    }

    private static void hasOptionsAndUsage(ObservationContextAssert observation) {
        observation
                .hasContextualNameEqualTo("chat olmo-test")
                .hasLowCardinalityKeyValue("gen_ai.operation.name", "chat")
                .hasLowCardinalityKeyValue("gen_ai.system", "olmo")
                .hasHighCardinalityKeyValue("gen_ai.provider.name", "olmo")
                .doesNotHaveLowCardinalityKeyValueWithKey("gen_ai.provider.name")
                .hasLowCardinalityKeyValue("gen_ai.request.model", "olmo-test")
                .hasLowCardinalityKeyValue("gen_ai.response.model", "olmo-test")
                .hasHighCardinalityKeyValue("gen_ai.request.temperature", "0.5")
                .hasHighCardinalityKeyValue("gen_ai.request.max_tokens", "100")
                .hasHighCardinalityKeyValue("gen_ai.request.stop_sequences", "[\"END\"]")
                .hasHighCardinalityKeyValue("gen_ai.response.finish_reasons", "[\"STOP\"]")
                .hasHighCardinalityKeyValue("gen_ai.response.id", ScriptedGeneration.ID)
                .hasHighCardinalityKeyValue("gen_ai.usage.input_tokens", "3")
                .hasHighCardinalityKeyValue("gen_ai.usage.output_tokens", "2")
                .hasHighCardinalityKeyValue("gen_ai.usage.total_tokens", "5");
    }

    @Test
    void aCallIsObservedWithItsOptionsAndUsage() {
        engine.answer(ScriptedGeneration.saying("Good", " morning"));

        model.call(PROMPT);

        assertObserved(observation -> {
            hasOptionsAndUsage(observation);
            observation.doesNotHaveHighCardinalityKeyValueWithKey("gen_ai.request.stream");
        });
    }

    @Test
    void aStreamIsObservedWithItsOptionsAndUsage() {
        engine.answer(ScriptedGeneration.saying("Good", " morning"));

        model.stream(PROMPT).blockLast();

        assertObserved(observation -> {
            hasOptionsAndUsage(observation);
            observation.hasHighCardinalityKeyValue("gen_ai.request.stream", "true");
        });
    }

    @Test
    void aStreamsObservationIsAChildOfTheSubscribers() {
        engine.answer(ScriptedGeneration.saying("a"));
        Observation parent = Observation.start("parent", registry);

        model.stream(PROMPT)
                .contextWrite(context -> context.put(ObservationThreadLocalAccessor.KEY, parent))
                .blockLast();
        parent.stop();

        assertObserved(observation -> observation.hasParentObservationEqualTo(parent));
    }

    @Test
    void aStreamSubscribedToWithinAnObservationIsItsChild() {
        engine.answer(ScriptedGeneration.saying("a"));
        Observation parent = Observation.start("parent", registry);

        parent.scoped(() -> {
            model.stream(PROMPT).blockLast();
        });
        parent.stop();

        assertObserved(observation -> observation.hasParentObservationEqualTo(parent));
    }

    @Test
    void aFailureIsObserved() {
        engine.refuse(new EngineBusyException("The queue is full", Duration.ofSeconds(1)));

        assertThatThrownBy(() -> model.call(PROMPT)).isInstanceOf(EngineBusyException.class);

        assertObserved(observation -> observation.hasError());
    }

    @Test
    void aFailedStreamIsObserved() {
        engine.answer(ScriptedGeneration.of(1)
                .delta("a", 10)
                .failsBy(FinishReason.FAILED, new GenerationFailedException("The device is gone", "Restart")));

        StepVerifier.create(model.stream(PROMPT)).expectNextCount(1).verifyError(GenerationFailedException.class);

        assertObserved(observation -> {
            observation.hasError();
            hasUsage(observation, "FAILED", "1", "1");
        });
    }

    @Test
    void aFailedCallIsObservedWithWhatItUsed() {
        engine.answer(ScriptedGeneration.of(1, 2)
                .delta("a", 10)
                .failsBy(FinishReason.FAILED, new GenerationFailedException("The device is gone", "Restart")));

        assertThatThrownBy(() -> model.call(PROMPT)).isInstanceOf(GenerationFailedException.class);

        assertObserved(observation -> {
            observation.hasError();
            hasUsage(observation, "FAILED", "2", "1");
        });
    }

    @Test
    void aCancelledStreamIsObservedWithWhatItUsed() {
        ScriptedGeneration generation =
                ScriptedGeneration.of(1, 2, 3).delta("a", 10).delta("b", 11).hangs();
        engine.answer(generation);

        StepVerifier.create(model.stream(PROMPT))
                .expectNextCount(2)
                .thenCancel()
                .verify();

        assertObserved(observation -> {
            observation.doesNotHaveError();
            hasUsage(observation, "CANCELLED", "3", "2");
        });
    }

    private static void hasUsage(ObservationContextAssert observation, String reason, String input, String output) {
        observation
                .hasHighCardinalityKeyValue("gen_ai.response.finish_reasons", "[\"" + reason + "\"]")
                .hasHighCardinalityKeyValue("gen_ai.usage.input_tokens", input)
                .hasHighCardinalityKeyValue("gen_ai.usage.output_tokens", output);
    }

    @Test
    void namesOfModelsInTagsAreThoseThatAreServed() {
        Prompt foreign = new Prompt(
                "Hello?",
                OlmoChatOptions.builder().model("gpt-" + System.nanoTime()).build());

        assertThatThrownBy(() -> model.call(foreign)).isInstanceOf(InvalidRequestException.class);
        StepVerifier.create(model.stream(foreign)).verifyError(InvalidRequestException.class);

        TestObservationRegistryAssert.assertThat(registry).doesNotHaveAnyObservation();
    }

    @Test
    void aConventionOfTheApplicationGivesTheNames() {
        OlmoChatModel renamed = OlmoChatModel.builder(engine.answer(ScriptedGeneration.saying("a")), "olmo-test")
                .observationRegistry(registry)
                .observationConvention(new DefaultChatModelObservationConvention() {
                    @Override
                    public String getContextualName(ChatModelObservationContext context) {
                        return "our name";
                    }
                })
                .build();

        renamed.call(PROMPT);

        assertObserved(observation -> observation.hasContextualNameEqualTo("our name"));
        assertThat(engine.requests()).hasSize(1);
    }
}
