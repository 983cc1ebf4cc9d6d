package org.olmo4j.spring.autoconfigure;

import io.micrometer.tracing.Tracer;
import org.olmo4j.spring.chat.OlmoChatModel;
import org.olmo4j.spring.chat.OriginAdvisor;
import org.olmo4j.spring.origin.MicrometerTraceIds;
import org.olmo4j.spring.origin.PrincipalResolver;
import org.olmo4j.spring.origin.RequestOrigins;
import org.olmo4j.spring.origin.SecurityPrincipalResolver;
import org.olmo4j.spring.origin.TraceIds;
import org.springframework.ai.chat.client.ChatClientBuilderCustomizer;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.context.SecurityContextHolder;

/** Finds the user, the conversation and the trace of requests that do not say. */
@AutoConfiguration(
        before = OlmoAutoConfiguration.class,
        beforeName = "org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration",
        afterName = {
            "org.springframework.boot.micrometer.tracing.brave.autoconfigure.BraveAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration"
        })
@Conditional(ModelConfiguredCondition.class)
@ConditionalOnProperty(
        name = SpringAIModelProperties.CHAT_MODEL,
        havingValue = OlmoChatModel.PROVIDER,
        matchIfMissing = true)
public final class OlmoOriginAutoConfiguration {

    OlmoOriginAutoConfiguration() {}

    /** Of several without a primary one none may be taken: records would go to nobody, and nobody would notice. */
    @Bean
    @ConditionalOnMissingBean
    RequestOrigins olmoRequestOrigins(ObjectProvider<PrincipalResolver> principals, ObjectProvider<TraceIds> traceIds) {
        return new RequestOrigins(
                principals.getIfAvailable(() -> PrincipalResolver.NONE), traceIds.getIfAvailable(() -> TraceIds.NONE));
    }

    @Bean
    @ConditionalOnMissingBean(name = "olmoOriginAdvisorCustomizer")
    ChatClientBuilderCustomizer olmoOriginAdvisorCustomizer(RequestOrigins origins) {
        return builder -> builder.defaultAdvisors(new OriginAdvisor(origins.principals()));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SecurityContextHolder.class)
    static class SecurityConfiguration {

        @Bean
        @ConditionalOnMissingBean(PrincipalResolver.class)
        SecurityPrincipalResolver olmoPrincipalResolver() {
            return new SecurityPrincipalResolver();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Tracer.class)
    static class TracingConfiguration {

        @Bean
        @ConditionalOnBean(Tracer.class)
        @ConditionalOnMissingBean(TraceIds.class)
        MicrometerTraceIds olmoTraceIds(Tracer tracer) {
            return new MicrometerTraceIds(tracer);
        }
    }
}
