package org.olmo4j.spring.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;
import org.olmo4j.spring.actuate.OlmoHealthIndicator;
import org.olmo4j.spring.actuate.ReadinessWithModels;
import org.olmo4j.spring.host.HostedModel;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.CompositeHealthContributorConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Adds the models to the application's health, where the actuator is on the class path. */
@AutoConfiguration(
        after = OlmoAutoConfiguration.class,
        // Both make groups in the last place, where the order of registration decides.
        afterName =
                "org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration")
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnBean({OlmoProperties.class, HostedModel.class})
public final class OlmoHealthAutoConfiguration {

    OlmoHealthAutoConfiguration() {}

    // Its conditions are classes of the actuator, which may be missing.
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnEnabledHealthIndicator("olmo")
    static class IndicatorConfiguration
            extends CompositeHealthContributorConfiguration<OlmoHealthIndicator, HostedModel> {

        IndicatorConfiguration() {
            super(OlmoHealthIndicator::new);
        }

        @Bean
        @ConditionalOnMissingBean(name = {"olmoHealthIndicator", "olmoHealthContributor"})
        HealthContributor olmoHealthContributor(Map<String, HostedModel> models) {
            Map<String, HostedModel> components = new LinkedHashMap<>();
            models.forEach((bean, model) -> components.put(component(bean), model));
            return createContributor(components);
        }

        /** Not by the model's public name, which may have a slash: components are parts of a path. */
        private static String component(String bean) {
            String suffix = NamedModelsRegistrar.HOSTED_MODEL_SUFFIX;
            return bean.endsWith(suffix) ? bean.substring(0, bean.length() - suffix.length()) : bean;
        }

        @Bean
        @ConditionalOnBooleanProperty("olmo.health.in-readiness")
        ReadinessWithModels olmoReadiness() {
            return new ReadinessWithModels("olmo");
        }
    }
}
