package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.olmo4j.engine.Engine;
import org.olmo4j.spring.host.ModelListenerFactory;
import org.olmo4j.spring.metrics.RequestMetrics;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class OlmoMetricsAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(OlmoAutoConfiguration.class, OlmoMetricsAutoConfiguration.class))
            .withPropertyValues("olmo.model=/models/secret-folder/OLMo-2-1B")
            .withBean(Engine.class, ScriptedEngine::withoutTokenizer);

    private final ApplicationContextRunner measured = runner.withConfiguration(AutoConfigurations.of(
            MetricsAutoConfiguration.class,
            SimpleMetricsExportAutoConfiguration.class,
            CompositeMeterRegistryAutoConfiguration.class));

    @Test
    void metersTheEngineInTheApplicationsRegistry() {
        measured.run(context -> assertThat(context.getBean(MeterRegistry.class)
                        .get("olmo.engine.requests.running")
                        .tag("model", "OLMo-2-1B")
                        .gauge()
                        .value())
                .isEqualTo(2));
    }

    @Test
    void timesTheRequestsOfEveryModelInTheApplicationsRegistry() {
        measured.run(context -> assertThat(
                        context.getBean(ModelListenerFactory.class).listener("OLMo-2-1B"))
                .isInstanceOf(RequestMetrics.class));
    }

    @Test
    void metersOfTheApplicationWin() {
        MeterBinder own = registry -> {};

        measured.withBean("olmoEngineMetrics", MeterBinder.class, () -> own).run(context -> {
            assertThat(context).hasNotFailed().getBean("olmoEngineMetrics").isSameAs(own);
            assertThat(context.getBean(MeterRegistry.class)
                            .find("olmo.engine.requests.running")
                            .gauge())
                    .isNull();
        });
    }

    @Test
    void staysAwayWithoutARegistry() {
        runner.run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean("olmoEngineMetrics")
                .doesNotHaveBean(RequestMetrics.class));
    }

    @Test
    void staysAwayWithoutMicrometer() {
        runner.withClassLoader(new FilteredClassLoader("io.micrometer.core"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean("olmoEngineMetrics")
                        .doesNotHaveBean("olmoRequestMetrics"));
    }

    @Test
    void staysAwayWithoutAModel() {
        measured.withPropertyValues("olmo.model=")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("olmoEngineMetrics"));
    }

    @Test
    void needsNoBootModuleOfMetrics() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.micrometer"))
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .run(context -> assertThat(context).hasNotFailed().hasBean("olmoEngineMetrics"));
    }
}
