package org.olmo4j.spring.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.test.simple.SimpleTracer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.engine.Origin;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.spring.origin.MicrometerTraceIds;
import org.olmo4j.spring.origin.PrincipalResolver;
import org.olmo4j.spring.origin.RequestOrigins;
import org.olmo4j.spring.origin.TraceIds;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.MessageChatMemoryAdvisor;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.memory.MessageWindowChatMemory;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;

/** Who asks, in what conversation and trace: what the engine is told of it. */
@Timeout(20)
class OlmoChatModelOriginTests {

    private final ThreadLocal<String> loggedIn = new ThreadLocal<>();
    private final PrincipalResolver principals = () -> Optional.ofNullable(loggedIn.get());
    private final SimpleTracer tracer = new SimpleTracer();
    private final ScriptedEngine engine = ScriptedEngine.withoutTokenizer()
            .answer(ScriptedGeneration.saying("Good", " morning"))
            .answer(ScriptedGeneration.saying("Good", " day"));

    private OlmoChatModel model(TraceIds traceIds, ObservationRegistry registry) {
        return OlmoChatModel.builder(engine, "olmo-test")
                .observationRegistry(registry)
                .origins(new RequestOrigins(principals, traceIds))
                .build();
    }

    private OlmoChatModel model() {
        return model(TraceIds.NONE, ObservationRegistry.NOOP);
    }

    private ChatClient client() {
        return ChatClient.builder(model())
                .defaultAdvisors(
                        new OriginAdvisor(principals),
                        MessageChatMemoryAdvisor.builder(
                                        MessageWindowChatMemory.builder().build())
                                .build())
                .build();
    }

    @Test
    void theUserOfTheCallingThreadIsTold() {
        loggedIn.set("ada");
        model().call(new Prompt("Hello?"));
        assertThat(engine.request().origin()).isEqualTo(Origin.UNKNOWN.withUser("ada"));

        loggedIn.set("bob");
        model().stream(new Prompt("Hello?")).blockLast();
        assertThat(engine.request().origin()).isEqualTo(Origin.UNKNOWN.withUser("bob"));
    }

    @Test
    void whatTheOptionsSayStays() {
        loggedIn.set("ada");
        OlmoChatOptions options = OlmoChatOptions.builder()
                .user("service account")
                .session("session 5")
                .conversation("conversation 6")
                .logContent(TextRetention.REDACTED)
                .build();

        client().prompt("Hello?")
                .options(options.mutate())
                .advisors(advisors -> advisors.param(ChatMemory.CONVERSATION_ID, "another"))
                .call()
                .content();

        assertThat(engine.request().origin())
                .isEqualTo(new Origin("service account", "session 5", "conversation 6", null, TextRetention.REDACTED));
    }

    @Test
    void theConversationOfTheAdvisorsIsTold() {
        client().prompt("Hello?")
                .advisors(advisors -> advisors.param(ChatMemory.CONVERSATION_ID, "conversation 7"))
                .call()
                .content();

        assertThat(engine.request().origin()).isEqualTo(Origin.UNKNOWN.withConversation("conversation 7"));
    }

    @Test
    void aStreamKeepsTheUserOfItsSubscriberAlthoughTheMemoryAdvisorGoesOnInAnotherThread() {
        loggedIn.set("ada");

        client()
                .prompt("Hello?")
                .advisors(advisors -> advisors.param(ChatMemory.CONVERSATION_ID, "conversation 7"))
                .stream()
                .content()
                .blockLast();

        assertThat(engine.request().origin())
                .isEqualTo(Origin.UNKNOWN.withUser("ada").withConversation("conversation 7"));
    }

    @Test
    void optionsOfAnotherProviderHaveTheUserAsWell() {
        loggedIn.set("ada");

        model().call(new Prompt("Hello?", ChatOptions.builder().temperature(0.1).build()));

        assertThat(engine.request().origin().user()).isEqualTo("ada");
    }

    @Test
    void theTraceOfTheRequestsOwnSpanIsTold() {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new DefaultTracingObservationHandler(tracer));
        OlmoChatModel model = model(new MicrometerTraceIds(tracer), registry);

        model.call(new Prompt("Hello?"));
        assertThat(engine.request().origin().traceId())
                .isNotBlank()
                .isEqualTo(tracer.lastSpan().context().traceId());

        model.stream(new Prompt("Hello?")).blockLast();
        assertThat(engine.request().origin().traceId())
                .isNotBlank()
                .isEqualTo(tracer.lastSpan().context().traceId());
        assertThat(tracer.getSpans()).hasSize(2);
    }
}
