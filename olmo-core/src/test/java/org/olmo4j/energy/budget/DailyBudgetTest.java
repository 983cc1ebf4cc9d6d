package org.olmo4j.energy.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.olmo4j.error.BudgetExceededException;
import org.olmo4j.error.InvalidRequestException;

class DailyBudgetTest {

    private final MovableClock clock = new MovableClock();
    private final DailyBudget budget = budget(3);

    @Test
    void allowsThenWarnsThenRefuses() {
        assertThat(budget.check("ann")).isEqualTo(new BudgetDecision.Allowed(0));
        budget.spend("ann", 80);
        assertThat(budget.require("ann")).isEqualTo(new BudgetDecision.Warned(80, 80));
        budget.spend("ann", 20);
        assertThat(budget.check("ann")).isEqualTo(new BudgetDecision.Refused(100, 100));
    }

    @Test
    void aRefusalSaysWhenTheDayEnds() {
        budget.spend("ann", 150);

        // 22:30 in Berlin.
        assertThatThrownBy(() -> budget.require("ann"))
                .isInstanceOfSatisfying(
                        BudgetExceededException.class,
                        refusal -> assertThat(refusal.retryAfter()).isEqualTo(Duration.ofMinutes(90)))
                .hasMessageContaining("100.000 joules")
                .hasMessageContaining("150.000");
    }

    @Test
    void theNextDayBeginsAtMidnightOfTheClocksZone() {
        budget.spend("ann", 150);
        clock.now = clock.now.plus(Duration.ofMinutes(89));
        assertThat(budget.check("ann")).isInstanceOf(BudgetDecision.Refused.class);

        clock.now = clock.now.plus(Duration.ofMinutes(1));

        assertThat(budget.check("ann")).isEqualTo(new BudgetDecision.Allowed(0));
    }

    @Test
    void usersHaveAccountsOfTheirOwn() {
        budget.spend("ann", 150);

        assertThat(budget.check("bob")).isEqualTo(new BudgetDecision.Allowed(0));
    }

    @Test
    void furtherUsersShareAnAccountSoThatNewNamesHelpNobody() {
        for (String user : new String[] {"ann", "bob", "eve"}) {
            budget.spend(user, 1);
        }
        budget.spend("a new name", 60);
        budget.spend("another name", 60);

        assertThat(budget.check("a third name")).isEqualTo(new BudgetDecision.Refused(120, 100));
        assertThat(budget.check("ann")).isEqualTo(new BudgetDecision.Allowed(1));
    }

    @Test
    void aWarningAloneRefusesNobody() {
        DailyBudget warning = new DailyBudget(
                new BudgetLimit(BudgetLimit.Unit.GRAMS, OptionalDouble.of(1), OptionalDouble.empty()), clock, 3);
        warning.spend("ann", 1_000);

        assertThat(warning.require("ann")).isEqualTo(new BudgetDecision.Warned(1_000, 1));
    }

    @Test
    void whatIsNoAmountIsNotCounted() {
        assertThatIllegalArgumentException().isThrownBy(() -> budget.spend("ann", Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> budget.spend("ann", -1));
    }

    @Test
    void aLimitMustMakeSense() {
        assertThatThrownBy(
                        () -> new BudgetLimit(BudgetLimit.Unit.GRAMS, OptionalDouble.empty(), OptionalDouble.empty()))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> new BudgetLimit(BudgetLimit.Unit.GRAMS, OptionalDouble.of(5), OptionalDouble.of(4)))
                .isInstanceOf(InvalidRequestException.class);
    }

    private DailyBudget budget(int maxUsers) {
        return new DailyBudget(
                new BudgetLimit(BudgetLimit.Unit.JOULES, OptionalDouble.of(80), OptionalDouble.of(100)),
                clock,
                maxUsers);
    }

    private static final class MovableClock extends Clock {
        private Instant now = Instant.parse("2026-11-24T21:30:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneId.of("Europe/Berlin");
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
