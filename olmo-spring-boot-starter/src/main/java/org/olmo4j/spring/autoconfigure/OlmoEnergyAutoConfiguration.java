package org.olmo4j.spring.autoconfigure;

import org.olmo4j.energy.budget.BudgetLimit;
import org.olmo4j.energy.budget.DailyBudget;
import org.olmo4j.energy.carbon.CarbonIntensitySource;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.olmo4j.spring.chat.OlmoChatModel;
import org.olmo4j.spring.footprint.FootprintHistory;
import org.olmo4j.spring.footprint.FootprintTotals;
import org.olmo4j.spring.footprint.UserBudgets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Accounts for the energy and the carbon of every request, by the keys under {@code olmo.energy}: one accounting for all models that the
 * starter loads. Models that the application loads itself account where it tells them to.
 */
@AutoConfiguration(before = OlmoAutoConfiguration.class)
@Conditional(ModelConfiguredCondition.class)
@ConditionalOnProperty(
        name = SpringAIModelProperties.CHAT_MODEL,
        havingValue = OlmoChatModel.PROVIDER,
        matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "olmo.energy.enabled", matchIfMissing = true)
@EnableConfigurationProperties(EnergyProperties.class)
public final class OlmoEnergyAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(OlmoEnergyAutoConfiguration.class);

    /** Users with a budget of their own; the further ones of a day share one. */
    private static final int MAX_USERS = 10_000;

    OlmoEnergyAutoConfiguration() {}

    /** Made before the models, and so closed after them. */
    @Bean
    @ConditionalOnMissingBean
    FootprintAccounting olmoFootprintAccounting(
            EnergyProperties properties, ObjectProvider<CarbonIntensitySource> intensities) {
        return FootprintAccounting.start(
                properties.meterOptions(),
                properties.carbonAccounting(intensities.orderedStream().toList()));
    }

    @Bean
    @ConditionalOnMissingBean
    FootprintTotals olmoFootprintTotals(EnergyProperties properties, ObjectProvider<FootprintHistory> history) {
        return new FootprintTotals(properties.clock(), history.getIfUnique(() -> FootprintHistory.NONE));
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty("olmo.energy.budget.unit")
    UserBudgets olmoUserBudgets(EnergyProperties properties, FootprintAccounting accounting) {
        BudgetLimit limit = properties.budgetLimit();
        if (limit.unit() == BudgetLimit.Unit.GRAMS
                && accounting.carbon().location().isEmpty()) {
            throw new InvalidConfigurationPropertyValueException(
                    "olmo.energy.budget.unit",
                    limit.unit(),
                    "Grams are not known without a carbon intensity. Set olmo.energy.carbon.country or .intensity.");
        }
        if (accounting.report().meters().isEmpty()) {
            log.warn("There is no energy meter: budgets count nothing, and refuse nobody");
        }
        return new UserBudgets(limit, new DailyBudget(limit, properties.clock(), MAX_USERS));
    }
}
