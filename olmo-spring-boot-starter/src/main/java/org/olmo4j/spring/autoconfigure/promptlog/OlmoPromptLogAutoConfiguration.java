package org.olmo4j.spring.autoconfigure.promptlog;

import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;
import org.olmo4j.engine.Engine;
import org.olmo4j.spring.actuate.OlmoPromptsEndpoint;
import org.olmo4j.spring.actuate.PromptLogHealthIndicator;
import org.olmo4j.spring.autoconfigure.ModelConfiguredCondition;
import org.olmo4j.spring.autoconfigure.OlmoAutoConfiguration;
import org.olmo4j.spring.autoconfigure.OlmoEnergyAutoConfiguration;
import org.olmo4j.spring.chat.OlmoChatModel;
import org.olmo4j.spring.footprint.FootprintHistory;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.promptlog.admin.PromptLog;
import org.olmo4j.spring.promptlog.redaction.PatternRedactor;
import org.olmo4j.spring.promptlog.redaction.Redactor;
import org.olmo4j.spring.promptlog.service.PromptLogService;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * Puts requests on record by the keys under {@code olmo.log}. The log's database, entities and transactions are in a context of their own, of which
 * nothing is seen here but the log.
 */
@AutoConfiguration(before = {OlmoAutoConfiguration.class, OlmoEnergyAutoConfiguration.class})
@Conditional(ModelConfiguredCondition.class)
@ConditionalOnBooleanProperty(name = "olmo.log.enabled", matchIfMissing = true)
@ConditionalOnProperty(
        name = SpringAIModelProperties.CHAT_MODEL,
        havingValue = OlmoChatModel.PROVIDER,
        matchIfMissing = true)
@ConditionalOnClass(
        name = {
            "jakarta.persistence.EntityManagerFactory",
            "org.springframework.data.jpa.repository.JpaRepository",
            "org.hibernate.SessionFactory",
            "com.zaxxer.hikari.HikariDataSource",
            "org.flywaydb.core.Flyway"
        })
@EnableConfigurationProperties(PromptLogProperties.class)
public final class OlmoPromptLogAutoConfiguration {

    OlmoPromptLogAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    Redactor olmoRedactor() {
        return new PatternRedactor();
    }

    /** Made before the models, which tell it of their requests, and so closed after them. */
    @Bean
    @ConditionalOnMissingBean
    PromptLogService olmoPromptLogService(
            PromptLogProperties properties, Redactor redactor, ObjectProvider<HostedModel> models) {
        return PromptLogService.start(properties.options(), redactor, engines(models), Clock.systemUTC());
    }

    private static Function<String, Optional<Engine>> engines(ObjectProvider<HostedModel> models) {
        return name -> models.orderedStream()
                .filter(model -> model.name().equals(name))
                .map(HostedModel::engine)
                .findFirst();
    }

    @Bean
    @ConditionalOnMissingBean
    PromptLog olmoPromptLog(PromptLogService service) {
        return service.log();
    }

    @Bean
    @ConditionalOnMissingBean
    FootprintHistory olmoFootprintHistory(PromptLogService service) {
        return service.history();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HealthIndicator.class)
    @ConditionalOnEnabledHealthIndicator("olmo-log")
    static class HealthConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "olmoLogHealthIndicator")
        PromptLogHealthIndicator olmoLogHealthIndicator(PromptLogService log) {
            return new PromptLogHealthIndicator(log);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = "org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint")
    @ConditionalOnAvailableEndpoint(OlmoPromptsEndpoint.class)
    static class EndpointConfiguration {

        @Bean
        @ConditionalOnMissingBean
        OlmoPromptsEndpoint olmoPromptsEndpoint(PromptLog log, PromptLogProperties properties) {
            return new OlmoPromptsEndpoint(log, properties.textRole());
        }
    }
}
