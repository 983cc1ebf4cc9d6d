package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.test.simple.SimpleTracer;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.olmo4j.engine.Engine;
import org.olmo4j.spring.origin.MicrometerTraceIds;
import org.olmo4j.spring.origin.PrincipalResolver;
import org.olmo4j.spring.origin.RequestOrigins;
import org.olmo4j.spring.origin.SecurityPrincipalResolver;
import org.olmo4j.spring.origin.TraceIds;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;

class OlmoOriginAutoConfigurationTests {

    private final ScriptedEngine engine =
            ScriptedEngine.withoutTokenizer().answer(ScriptedGeneration.saying("Good", " morning"));

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    OlmoOriginAutoConfiguration.class, OlmoAutoConfiguration.class, ChatClientAutoConfiguration.class))
            .withBean(Engine.class, () -> engine)
            .withPropertyValues("olmo.model=not loaded, since the application has an engine");

    @AfterEach
    void logOut() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void aRequestOfTheInjectedChatClientNamesTheUserThatLoggedInAndTheConversation() {
        SecurityContextHolder.setContext(
                new SecurityContextImpl(new TestingAuthenticationToken("ada", "secret", "ROLE_USER")));

        runner.run(context -> {
            context.getBean(ChatClient.Builder.class)
                    .build()
                    .prompt("Hello?")
                    .advisors(advisors -> advisors.param(ChatMemory.CONVERSATION_ID, "conversation 7"))
                    .call()
                    .content();

            assertThat(engine.request().origin().user()).isEqualTo("ada");
            assertThat(engine.request().origin().conversation()).isEqualTo("conversation 7");
        });
    }

    @Test
    void theApplicationsOwnResolverIsAskedInsteadOfSpringSecurity() {
        PrincipalResolver own = () -> Optional.of("from a header");

        runner.withBean(PrincipalResolver.class, () -> own).run(context -> {
            assertThat(context).doesNotHaveBean(SecurityPrincipalResolver.class);
            assertThat(context.getBean(RequestOrigins.class).principals()).isSameAs(own);
        });
    }

    @Test
    void ofTwoResolversNoneIsTakenSilently() {
        PrincipalResolver own = () -> Optional.of("from a header");
        PrincipalResolver other = () -> Optional.of("from a cookie");

        runner.withBean("own", PrincipalResolver.class, () -> own)
                .withBean("other", PrincipalResolver.class, () -> other)
                .run(context -> {
                    assertThat(context).hasFailed();
                    assertThat(context.getStartupFailure())
                            .rootCause()
                            .isInstanceOf(NoUniqueBeanDefinitionException.class)
                            .hasMessageContainingAll("PrincipalResolver", "own", "other");
                });
        runner.withBean("own", PrincipalResolver.class, () -> own, definition -> definition.setPrimary(true))
                .withBean("other", PrincipalResolver.class, () -> other)
                .run(context -> assertThat(context.getBean(RequestOrigins.class).principals())
                        .isSameAs(own));
    }

    @Test
    void withoutSpringSecurityNobodyIsKnown() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.security"))
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(PrincipalResolver.class);
                    assertThat(context.getBean(RequestOrigins.class)
                                    .principals()
                                    .user())
                            .isEmpty();
                });
    }

    @Test
    void theApplicationsTracerNamesTheTrace() {
        runner.withBean(Tracer.class, SimpleTracer::new)
                .run(context -> assertThat(context.getBean(TraceIds.class)).isInstanceOf(MicrometerTraceIds.class));
        runner.run(context -> assertThat(context).doesNotHaveBean(TraceIds.class));
    }

    @Test
    void withoutMicrometerTracingThereAreNoTraces() {
        runner.withClassLoader(new FilteredClassLoader("io.micrometer.tracing"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TraceIds.class));
    }

    @Test
    void backsOffWhereAnotherProviderIsChosen() {
        runner.withPropertyValues("spring.ai.model.chat=openai")
                .run(context -> assertThat(context).doesNotHaveBean(RequestOrigins.class));
    }
}
