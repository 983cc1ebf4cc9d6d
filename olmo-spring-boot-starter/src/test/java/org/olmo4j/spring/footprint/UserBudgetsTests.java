package org.olmo4j.spring.footprint;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.OptionalDouble;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.olmo4j.energy.budget.BudgetLimit;
import org.olmo4j.energy.budget.BudgetLimit.Unit;
import org.olmo4j.energy.budget.DailyBudget;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.error.BudgetExceededException;
import org.olmo4j.spring.testing.Footprints;

class UserBudgetsTests {

    private static final Clock SIX_HOURS_TO_MIDNIGHT =
            Clock.fixed(Instant.parse("2026-11-25T18:00:00Z"), ZoneOffset.UTC);

    private static UserBudgets budgets(Unit unit, double refuseAt) {
        BudgetLimit limit = new BudgetLimit(unit, OptionalDouble.empty(), OptionalDouble.of(refuseAt));
        return new UserBudgets(limit, new DailyBudget(limit, SIX_HOURS_TO_MIDNIGHT, 100));
    }

    private static void spend(UserBudgets budgets, @Nullable String user, Footprint footprint) {
        budgets.ended(Footprints.request(user), Footprints.result(Optional.of(footprint)));
    }

    private static void assertAdmitted(UserBudgets budgets, @Nullable String user) {
        assertThatCode(() -> budgets.admit(Footprints.request(user))).doesNotThrowAnyException();
    }

    private static void assertRefused(UserBudgets budgets, @Nullable String user) {
        assertThatThrownBy(() -> budgets.admit(Footprints.request(user))).isInstanceOf(BudgetExceededException.class);
    }

    @Test
    void refusesAUserWhoseFullEnergyOfTheDayReachesTheBudgetAndNobodyElse() {
        // 10 active joules are 12 full ones.
        UserBudgets budgets = budgets(Unit.JOULES, 24);
        spend(budgets, "ada", Footprints.of(10));
        assertAdmitted(budgets, "ada");
        spend(budgets, "ada", Footprints.of(10));

        assertRefused(budgets, "ada");
        assertAdmitted(budgets, "grace");
        assertAdmitted(budgets, null);
    }

    @Test
    void countsGramsOfTheGrid() {
        // 12 J at 1e-4 g/J, not the tenth of it that was bought.
        UserBudgets budgets = budgets(Unit.GRAMS, 12e-4);
        spend(budgets, "ada", Footprints.of(10));

        assertRefused(budgets, "ada");
    }

    @Test
    void requestsWithoutAUserShareOneBudget() {
        UserBudgets budgets = budgets(Unit.JOULES, 12);
        spend(budgets, null, Footprints.of(10));

        assertRefused(budgets, null);
        assertAdmitted(budgets, "ada");
    }

    @Test
    void saysWhenTheDayEndsAndNotWhoItWas() {
        UserBudgets budgets = budgets(Unit.JOULES, 12);
        spend(budgets, "ada", Footprints.of(10));

        assertThatThrownBy(() -> budgets.admit(Footprints.request("ada")))
                .hasMessageContaining("12")
                .hasMessageNotContaining("ada")
                .asInstanceOf(InstanceOfAssertFactories.type(BudgetExceededException.class))
                .extracting(BudgetExceededException::retryAfter)
                .hasToString("PT6H");
    }

    @Test
    void whatIsNotKnownCountsNothing() {
        UserBudgets budgets = budgets(Unit.JOULES, 1e-6);
        spend(budgets, "ada", Footprints.unknown());
        budgets.ended(Footprints.request("ada"), Footprints.result(Optional.empty()));

        assertAdmitted(budgets, "ada");
    }

    @Test
    void aWarningRefusesNobody() {
        BudgetLimit limit = new BudgetLimit(Unit.JOULES, OptionalDouble.of(1), OptionalDouble.empty());
        UserBudgets budgets = new UserBudgets(limit, new DailyBudget(limit, SIX_HOURS_TO_MIDNIGHT, 100));
        spend(budgets, "ada", Footprints.of(1_000));

        assertAdmitted(budgets, "ada");
    }
}
