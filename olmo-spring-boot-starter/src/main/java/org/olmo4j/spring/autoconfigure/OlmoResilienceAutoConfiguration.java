package org.olmo4j.spring.autoconfigure;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import org.olmo4j.spring.host.DeviceBreakers;
import org.olmo4j.spring.resilience.CircuitBreakers;
import org.olmo4j.spring.resilience.UserRateLimiter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Protects the models by the registries of Resilience4j that the application has, mostly those that its Boot module makes. */
@AutoConfiguration(
        after = OlmoAutoConfiguration.class,
        afterName = {
            "io.github.resilience4j.springboot.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration",
            "io.github.resilience4j.springboot.ratelimiter.autoconfigure.RateLimiterAutoConfiguration"
        })
@ConditionalOnBean(OlmoProperties.class)
public final class OlmoResilienceAutoConfiguration {

    OlmoResilienceAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RateLimiterRegistry.class)
    static class RateLimiterConfiguration {

        @Bean
        @ConditionalOnBean(RateLimiterRegistry.class)
        @ConditionalOnMissingBean
        UserRateLimiter olmoUserRateLimiter(RateLimiterRegistry registry) {
            return new UserRateLimiter(registry);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(CircuitBreakerRegistry.class)
    static class CircuitBreakerConfiguration {

        @Bean
        @ConditionalOnBean(CircuitBreakerRegistry.class)
        @ConditionalOnMissingBean(DeviceBreakers.class)
        CircuitBreakers olmoCircuitBreakers(CircuitBreakerRegistry registry) {
            return new CircuitBreakers(registry);
        }
    }
}
