package org.olmo4j.spring.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import org.olmo4j.engine.Engine;
import org.olmo4j.spring.metrics.EngineMetrics;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** Meters of the engine, where the application has a registry for them. */
@AutoConfiguration(
        after = OlmoAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({OlmoProperties.class, MeterRegistry.class})
public final class OlmoMetricsAutoConfiguration {

    OlmoMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnSingleCandidate(Engine.class)
    EngineMetrics olmoEngineMetrics(OlmoProperties properties, Engine engine) {
        return new EngineMetrics(properties.publicName(), engine);
    }
}
