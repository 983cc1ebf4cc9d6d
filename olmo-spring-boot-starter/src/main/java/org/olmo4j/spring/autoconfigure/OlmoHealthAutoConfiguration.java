package org.olmo4j.spring.autoconfigure;

import org.olmo4j.Olmo;
import org.olmo4j.engine.Engine;
import org.olmo4j.spring.actuate.OlmoHealthIndicator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Adds the model to the application's health, where the actuator is on the class path. */
@AutoConfiguration(after = OlmoAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnBean(OlmoProperties.class)
@ConditionalOnSingleCandidate(Engine.class)
public final class OlmoHealthAutoConfiguration {

    OlmoHealthAutoConfiguration() {}

    // Not on the class: its condition is a class of the actuator, which may be missing.
    @Bean
    @ConditionalOnEnabledHealthIndicator("olmo")
    @ConditionalOnMissingBean(name = "olmoHealthIndicator")
    OlmoHealthIndicator olmoHealthIndicator(OlmoProperties properties, Engine engine, ObjectProvider<Olmo> olmo) {
        Olmo loaded = olmo.getIfUnique();
        return new OlmoHealthIndicator(
                properties.publicName(), loaded == null ? null : loaded.backendDescription(), engine);
    }
}
