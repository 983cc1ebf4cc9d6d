package org.olmo4j.spring.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.ModelLoadingException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.error.RateLimitExceededException;
import org.olmo4j.error.RetryLaterException;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.retry.RetryUtils;
import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;

/** What Spring AI's retry, and an application's own, make of refusals. */
class OlmoRetryTests {

    private static final Prompt HELLO = new Prompt("Hello?");

    private final ScriptedEngine engine = ScriptedEngine.withoutTokenizer();
    private final OlmoChatModel model =
            OlmoChatModel.builder(engine, "olmo-test").build();

    static Stream<OlmoException> refusals() {
        return Stream.of(
                new EngineBusyException("8 run and 64 wait", Duration.ofSeconds(7)),
                new ModelLoadingException("It is being loaded", Duration.ofSeconds(3)),
                new RateLimitExceededException("2 requests in 20 s", Duration.ofSeconds(20)),
                new BackendUnavailableException("No backend is left", "Restart the application"),
                new EngineClosedException("The model is closed", "Send it elsewhere"));
    }

    /** What fails in the same process is not mended by calling it ten times. */
    @ParameterizedTest
    @MethodSource("refusals")
    void springAisTemplateDoesNotRetryThem(OlmoException refusal) {
        engine.refuse(refusal);
        engine.answer(ScriptedGeneration.saying("Hi"));

        assertThatThrownBy(() -> RetryUtils.DEFAULT_RETRY_TEMPLATE.execute(() -> model.call(HELLO)))
                .isInstanceOf(RetryException.class)
                .hasCause(refusal);
    }

    @Test
    void anApplicationsOwnTemplateCanRetryWhatMayGoBetter() throws RetryException {
        engine.refuse(new EngineBusyException("8 run and 64 wait", Duration.ofSeconds(7)));
        engine.answer(ScriptedGeneration.saying("Hi"));
        RetryTemplate patient = new RetryTemplate(RetryPolicy.builder()
                .includes(RetryLaterException.class)
                .delay(Duration.ofMillis(1))
                .build());

        assertThat(patient.execute(() -> model.call("Hello?"))).isEqualTo("Hi");
    }
}
