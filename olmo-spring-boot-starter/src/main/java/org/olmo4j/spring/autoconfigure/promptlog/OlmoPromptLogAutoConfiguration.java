package org.olmo4j.spring.autoconfigure.promptlog;

import org.olmo4j.spring.autoconfigure.OlmoAutoConfiguration;
import org.olmo4j.spring.chat.OlmoChatModel;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/**
 * Puts requests on record by the keys under {@code olmo.log}. The log's own database, entities and transactions are in a context of their own, of
 * which nothing is seen here but the log.
 */
@AutoConfiguration(before = OlmoAutoConfiguration.class)
@EnableConfigurationProperties(PromptLogProperties.class)
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
public final class OlmoPromptLogAutoConfiguration {

    OlmoPromptLogAutoConfiguration() {}
}
