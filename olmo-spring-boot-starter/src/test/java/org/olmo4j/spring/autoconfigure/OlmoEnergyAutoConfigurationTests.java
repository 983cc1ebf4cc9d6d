package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.energy.EnergyReport;
import org.olmo4j.energy.MeterOptions;
import org.olmo4j.energy.carbon.CarbonAccounting;
import org.olmo4j.energy.carbon.CarbonBasis;
import org.olmo4j.energy.carbon.CarbonIntensity;
import org.olmo4j.energy.carbon.CarbonIntensitySource;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.olmo4j.error.BudgetExceededException;
import org.olmo4j.spring.chat.OlmoChatOptions;
import org.olmo4j.spring.chat.OlmoResponseMetadata;
import org.olmo4j.spring.footprint.FootprintTotals;
import org.olmo4j.spring.footprint.FootprintTotals.Dimension;
import org.olmo4j.spring.footprint.UserBudgets;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@Timeout(240)
class OlmoEnergyAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    OlmoEnergyAutoConfiguration.class, OlmoAutoConfiguration.class, OlmoMetricsAutoConfiguration.class))
            .withPropertyValues(
                    "olmo.model=../sample-app/src/main/resources/demo-model",
                    "olmo.name=demo",
                    "olmo.load.start-wait=60s",
                    "olmo.chat.max-tokens=2");

    private static Prompt from(String user) {
        return new Prompt(
                "Hello", OlmoChatOptions.builder().user(user).maxTokens(2).build());
    }

    @Test
    void everyAnswerSaysWhatItCost() {
        runner.withPropertyValues("olmo.energy.carbon.intensity=360", "olmo.energy.pue=1.5")
                .run(context -> {
                    ChatModel model = context.getBean(ChatModel.class);
                    Footprint whole = model.call(from("ada")).getMetadata().get(OlmoResponseMetadata.FOOTPRINT);
                    Footprint streamed = model.stream(from("grace"))
                            .blockLast()
                            .getMetadata()
                            .get(OlmoResponseMetadata.FOOTPRINT);

                    double joules = whole.energy().full().orElseThrow().joules();
                    assertThat(joules).isPositive();
                    // 1.5 x 360 g/kWh are 1.5e-4 g/J.
                    assertThat(whole.locationBased().orElseThrow().grams() / joules)
                            .isCloseTo(1.5e-4, within(1e-12));
                    assertThat(whole.marketBased()).isEmpty();
                    assertThat(streamed.energy().full()).isPresent();
                    FootprintTotals totals = context.getBean(FootprintTotals.class);
                    assertThat(totals.by(Dimension.USER))
                            .extracting(FootprintTotals.Row::name)
                            .containsExactly("ada", "grace");
                    assertThat(totals.by(Dimension.MODEL))
                            .extracting(FootprintTotals.Row::name)
                            .containsExactly("demo");
                });
    }

    @Test
    void modelsOfAnApplicationShareOneAccountingAndItAddsUp() {
        runner.withPropertyValues(
                        "olmo.models.second.model=../sample-app/src/main/resources/demo-model",
                        "olmo.models.second.chat.max-tokens=2")
                .run(context -> {
                    ChatModel first = context.getBean("olmoChatModel", ChatModel.class);
                    ChatModel second = context.getBean("secondChatModel", ChatModel.class);
                    for (int i = 0; i < 3; i++) {
                        first.call(from("ada"));
                        second.call(from("ada"));
                    }

                    assertThat(context.getBean(FootprintTotals.class).total().requests())
                            .isEqualTo(6);
                    long active = context.getBean(FootprintTotals.class).total().activeMicrojoules();
                    long full = context.getBean(FootprintTotals.class).total().fullMicrojoules();
                    List<EnergyReport.MeterReport> meters =
                            context.getBean(FootprintAccounting.class).report().meters();
                    assertThat(meters.stream()
                                    .mapToLong(EnergyReport.MeterReport::active)
                                    .sum())
                            .isEqualTo(active);
                    assertThat(meters.stream()
                                    .mapToLong(meter -> meter.active() + meter.idleShared())
                                    .sum())
                            .isEqualTo(full)
                            .isPositive();
                });
    }

    @Test
    void energyIsMeteredForMicrometer() {
        runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run(context -> {
            context.getBean(ChatModel.class).call(from("ada"));

            MeterRegistry registry = context.getBean(MeterRegistry.class);
            assertThat(registry.get("olmo.energy.full")
                            .tag("model", "demo")
                            .counter()
                            .count())
                    .isPositive();
            context.getBean("olmoEnergyMeterMetrics", MeterBinder.class).bindTo(registry);
            assertThat(registry.get("olmo.energy.meter").tag("part", "counted").functionCounters())
                    .isNotEmpty();
        });
    }

    @Test
    void canBeSwitchedOff() {
        runner.withPropertyValues("olmo.energy.enabled=false").run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(FootprintAccounting.class)
                    .doesNotHaveBean(FootprintTotals.class)
                    .doesNotHaveBean("olmoFootprintMetrics");
            assertThat(context.getBean(ChatModel.class)
                            .call(from("ada"))
                            .getMetadata()
                            .containsKey(OlmoResponseMetadata.FOOTPRINT))
                    .isFalse();
        });
    }

    @Test
    void anAccountingOfTheApplicationWins() {
        FootprintAccounting own = FootprintAccounting.start(MeterOptions.DEFAULT, CarbonAccounting.NONE);

        runner.withBean(FootprintAccounting.class, () -> own)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .getBean(FootprintAccounting.class)
                        .isSameAs(own));
    }

    @Test
    void aSourceOfLiveIntensityWinsOverWhatIsConfigured() {
        CarbonIntensity windy = CarbonIntensity.configured(20, CarbonBasis.LOCATION_BASED);

        runner.withPropertyValues("olmo.energy.carbon.country=DE")
                .withBean(CarbonIntensitySource.class, () -> () -> windy)
                .run(context -> assertThat(context.getBean(FootprintAccounting.class)
                                .carbon()
                                .location()
                                .orElseThrow()
                                .current())
                        .isEqualTo(windy));
    }

    @Test
    void refusesAUserWhoseBudgetIsSpent() {
        runner.withPropertyValues("olmo.energy.budget.unit=joules", "olmo.energy.budget.refuse-at=0.000001")
                .run(context -> {
                    ChatModel model = context.getBean(ChatModel.class);

                    assertThat(model.call(from("ada")).getResults()).isNotEmpty();
                    assertThatThrownBy(() -> model.call(from("ada"))).isInstanceOf(BudgetExceededException.class);
                    assertThat(model.call(from("grace")).getResults()).isNotEmpty();
                });
    }

    @Test
    void aBudgetWithoutAUnitIsRefused() {
        runner.withPropertyValues("olmo.energy.budget.refuse-at=1")
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("olmo.energy.budget.unit"));
    }

    @Test
    void aBudgetInGramsNeedsGrams() {
        runner.withPropertyValues("olmo.energy.budget.unit=grams", "olmo.energy.budget.refuse-at=1")
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("olmo.energy.carbon.country"));
    }

    @Test
    void thereAreNoBudgetsUnlessConfigured() {
        runner.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(UserBudgets.class));
    }

    @Test
    void staysAwayWithoutAModelAndBesideAnotherProvider() {
        runner.withPropertyValues("olmo.model=")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(FootprintAccounting.class));
        runner.withPropertyValues("spring.ai.model.chat=openai")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(FootprintAccounting.class));
    }
}
