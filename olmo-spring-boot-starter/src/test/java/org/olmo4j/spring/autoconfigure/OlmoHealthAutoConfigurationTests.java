package org.olmo4j.spring.autoconfigure;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import org.junit.jupiter.api.Test;
import org.olmo4j.Olmo;
import org.olmo4j.engine.Engine;
import org.olmo4j.spring.actuate.OlmoHealthIndicator;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class OlmoHealthAutoConfigurationTests {

    private final ScriptedEngine engine = ScriptedEngine.withoutTokenizer();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(OlmoAutoConfiguration.class, OlmoHealthAutoConfiguration.class))
            .withPropertyValues("olmo.model=/models/secret-folder/OLMo-2-1B");

    @Test
    void showsTheEnginesFiguresAndNoPath() {
        Olmo olmo = mock();
        when(olmo.engine()).thenReturn(engine);
        when(olmo.backendDescription()).thenReturn("CPU, 8 lanes");

        runner.withBean(Olmo.class, () -> olmo).run(context -> {
            Health health = context.getBean(OlmoHealthIndicator.class).health();

            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails())
                    .containsOnly(
                            entry("model", "OLMo-2-1B"),
                            entry("backend", "CPU, 8 lanes"),
                            entry("running", 2),
                            entry("queued", 3),
                            entry("kvBlocksUsed", 40),
                            entry("kvBlocksCached", 8),
                            entry("kvBlocksTotal", 64),
                            entry("promptTokens", 2000L),
                            entry("generatedTokens", 1000L),
                            entry("prefixCacheTokensLooked", 1800L),
                            entry("prefixCacheTokensHit", 600L),
                            entry("preemptions", 4L),
                            entry("releaseTimeouts", 5L));
        });
    }

    @Test
    void isDownIfTheEngineFailed() {
        runner.withBean(Engine.class, () -> engine.failedBy("The device is gone"))
                .run(context -> {
                    Health health = context.getBean(OlmoHealthIndicator.class).health();

                    assertThat(health.getStatus()).isEqualTo(Status.DOWN);
                    assertThat(health.getDetails()).containsEntry("failure", "The device is gone");
                });
    }

    @Test
    void canBeSwitchedOff() {
        runner.withBean(Engine.class, () -> engine)
                .withPropertyValues("management.health.olmo.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(OlmoHealthIndicator.class));
    }

    @Test
    void anIndicatorOfTheApplicationWins() {
        HealthIndicator own = () -> Health.up().build();

        runner.withBean(Engine.class, () -> engine)
                .withBean("olmoHealthIndicator", HealthIndicator.class, () -> own)
                .run(context ->
                        assertThat(context).getBean(HealthIndicator.class).isSameAs(own));
    }

    @Test
    void staysAwayWithoutTheActuator() {
        runner.withBean(Engine.class, () -> engine)
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("olmoHealthIndicator"));
    }

    @Test
    void staysAwayWithoutAModel() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(OlmoAutoConfiguration.class, OlmoHealthAutoConfiguration.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(HealthIndicator.class));
    }
}
