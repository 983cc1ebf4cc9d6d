package org.olmo4j.spring.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.error.DeadlineExceededException;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.Disposable;
import reactor.test.StepVerifier;

@Timeout(20)
class OlmoChatModelTests {

    private static final Prompt HELLO = new Prompt("Hello?");

    private final ScriptedEngine engine = ScriptedEngine.withoutTokenizer();
    private final OlmoChatModel model =
            OlmoChatModel.builder(engine, "olmo-test").build();

    @Test
    void callAnswersWithTheWholeText() {
        engine.answer(ScriptedGeneration.saying("Good", " morning", "!"));

        assertThat(model.call("Hello?")).isEqualTo("Good morning!");
    }

    @Test
    void streamAnswersPieceByPieceAndEndsWithTheSum() {
        engine.answer(ScriptedGeneration.saying("Good", "", " morning"));

        List<ChatResponse> responses = model.stream(HELLO).collectList().block();

        assertThat(responses)
                .extracting(response -> response.getResult().getOutput().getText())
                .containsExactly("Good", " morning", "");
        assertThat(responses)
                .extracting(response -> response.getMetadata().getId())
                .containsOnly(ScriptedGeneration.ID);
        assertThat(responses)
                .extracting(response -> response.getMetadata().getModel())
                .containsOnly("olmo-test");
        assertThat(responses)
                .extracting(response -> response.getMetadata().getUsage().getTotalTokens())
                .containsExactly(0, 0, 6);
        assertThat(responses)
                .extracting(response -> response.getResult().getMetadata().getFinishReason())
                .containsExactly(null, null, "STOP");
    }

    @Test
    void callThrowsTheEnginesRefusalWithTheTimeToRetry() {
        engine.refuse(new EngineBusyException("The queue is full", Duration.ofSeconds(3)));

        assertThatThrownBy(() -> model.call(HELLO))
                .isInstanceOfSatisfying(
                        EngineBusyException.class,
                        e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(3)));
    }

    @Test
    void streamSignalsTheEnginesRefusal() {
        engine.refuse(new EngineBusyException("The queue is full", Duration.ofSeconds(3)));

        StepVerifier.create(model.stream(HELLO)).verifyError(EngineBusyException.class);
    }

    @Test
    void callThrowsAndStreamSignalsWhatAGenerationFailedBy() {
        OlmoException failure = new GenerationFailedException("The device is gone", "Restart");
        OlmoException late = new DeadlineExceededException("total", Duration.ofSeconds(1));
        engine.answer(
                ScriptedGeneration.of(1).delta("a", 10).failsBy(FinishReason.FAILED, failure),
                ScriptedGeneration.of(1).delta("a", 10).failsBy(FinishReason.DEADLINE, late));

        assertThatThrownBy(() -> model.call(HELLO)).isSameAs(failure);
        StepVerifier.create(model.stream(HELLO))
                .assertNext(response ->
                        assertThat(response.getResult().getOutput().getText()).isEqualTo("a"))
                .verifyErrorMatches(late::equals);
    }

    @Test
    void streamSignalsABadPromptInsteadOfThrowingIt() {
        StepVerifier.create(model.stream(new Prompt(List.<Message>of()))).verifyError(InvalidRequestException.class);
    }

    @Test
    void unsubscribingCancelsTheGeneration() throws InterruptedException {
        ScriptedGeneration generation = ScriptedGeneration.of(1, 2, 3).hangs();
        engine.answer(generation);

        Disposable subscription = model.stream(HELLO).subscribe();
        assertThat(generation.awaited().await(5, TimeUnit.SECONDS)).isTrue();
        subscription.dispose();

        assertThat(generation.cancelled().await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void takingOnlyTheFirstPartCancelsTheRest() throws InterruptedException {
        ScriptedGeneration generation = ScriptedGeneration.saying("a", "b", "c");
        engine.answer(generation);

        assertThat(model.stream(HELLO).blockFirst().getResult().getOutput().getText())
                .isEqualTo("a");

        assertThat(generation.cancelled().await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void nothingIsGeneratedBeforeSubscriptionAndAnewForEach() {
        engine.answer(ScriptedGeneration.saying("a"), ScriptedGeneration.saying("b"));
        var stream = model.stream(HELLO);
        assertThat(engine.requests()).isEmpty();

        assertThat(stream.blockFirst().getResult().getOutput().getText()).isEqualTo("a");
        assertThat(stream.blockFirst().getResult().getOutput().getText()).isEqualTo("b");

        assertThat(engine.requests()).hasSize(2);
    }

    @Test
    void interruptingACallCancelsTheGenerationAndKeepsTheFlag() throws InterruptedException {
        ScriptedGeneration generation = ScriptedGeneration.of(1, 2, 3).hangs();
        engine.answer(generation);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                model.call(HELLO);
            } catch (CancellationException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        assertThat(generation.awaited().await(5, TimeUnit.SECONDS)).isTrue();

        caller.interrupt();
        caller.join();

        assertThat(thrown.get()).hasCauseInstanceOf(InterruptedException.class);
        assertThat(flag).hasValue(true);
        assertThat(generation.cancelled().getCount()).isZero();
    }
}
