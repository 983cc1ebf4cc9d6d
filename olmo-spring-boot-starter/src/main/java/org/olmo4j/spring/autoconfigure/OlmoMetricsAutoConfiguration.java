package org.olmo4j.spring.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.host.ModelListenerFactory;
import org.olmo4j.spring.metrics.EnergyMeterMetrics;
import org.olmo4j.spring.metrics.EngineMetrics;
import org.olmo4j.spring.metrics.FootprintMetrics;
import org.olmo4j.spring.metrics.PromptLogMetrics;
import org.olmo4j.spring.metrics.RequestMetrics;
import org.olmo4j.spring.promptlog.service.PromptLogService;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
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
    @ConditionalOnMissingBean(name = "olmoEngineMetrics")
    MeterBinder olmoEngineMetrics(ObjectProvider<HostedModel> models) {
        return registry -> models.orderedStream()
                .forEach(model -> new EngineMetrics(model.name(), model.engine()).bindTo(registry));
    }

    @Bean
    @ConditionalOnMissingBean(name = "olmoRequestMetrics")
    ModelListenerFactory olmoRequestMetrics(MeterRegistry registry) {
        return model -> new RequestMetrics(model, registry);
    }

    @Bean
    @ConditionalOnBean(FootprintAccounting.class)
    @ConditionalOnMissingBean(name = "olmoFootprintMetrics")
    ModelListenerFactory olmoFootprintMetrics(MeterRegistry registry) {
        return model -> new FootprintMetrics(model, registry);
    }

    @Bean
    @ConditionalOnBean(PromptLogService.class)
    @ConditionalOnMissingBean(name = "olmoPromptLogMetrics")
    MeterBinder olmoPromptLogMetrics(PromptLogService log) {
        return new PromptLogMetrics(log);
    }

    @Bean
    @ConditionalOnBean(FootprintAccounting.class)
    @ConditionalOnMissingBean(name = "olmoEnergyMeterMetrics")
    MeterBinder olmoEnergyMeterMetrics(FootprintAccounting accounting) {
        return new EnergyMeterMetrics(accounting);
    }
}
