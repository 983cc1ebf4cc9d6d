package org.olmo4j.spring.footprint;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.olmo4j.energy.EnergyAmount;
import org.olmo4j.energy.budget.BudgetDecision;
import org.olmo4j.energy.budget.BudgetLimit;
import org.olmo4j.energy.budget.DailyBudget;
import org.olmo4j.energy.carbon.Emission;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.error.BudgetExceededException;
import org.olmo4j.hash.Sha256;
import org.olmo4j.spring.host.RequestGate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every user a budget of joules or grams for each day. Requests are counted when they end, with their full energy or its location-based
 * emissions, and refused from when the budget is spent until the day ends: so a user exceeds it by what runs at that moment. Requests that
 * name no user share one budget. A request of which the figure is not known counts nothing.
 *
 * <p>The count is that of this instance of the application, and begins anew with it: behind a load balancer, a user has a budget on each
 * instance. Thread-safe.
 */
public final class UserBudgets implements RequestGate, GenerationListener {

    private static final Logger log = LoggerFactory.getLogger(UserBudgets.class);

    private final BudgetLimit limit;
    private final DailyBudget budget;

    /**
     * Begins to count.
     *
     * @param limit for each user
     * @param budget of the same limit
     */
    public UserBudgets(BudgetLimit limit, DailyBudget budget) {
        this.limit = limit;
        this.budget = budget;
    }

    /**
     * Lets requests of users pass who have not spent their budget.
     *
     * @param request what is asked
     * @throws BudgetExceededException if it is spent
     */
    @Override
    public void admit(GenerationRequest request) {
        var _ = budget.require(account(request.origin().user()));
    }

    @Override
    public CompletionStage<?> ended(GenerationRequest request, GenerationResult result) {
        OptionalDouble spent = result.footprint().map(this::amount).orElse(OptionalDouble.empty());
        if (spent.isPresent()) {
            String account = account(request.origin().user());
            BudgetDecision before = budget.check(account);
            budget.spend(account, spent.getAsDouble());
            tell(before, budget.check(account));
        }
        return CompletableFuture.completedStage(null);
    }

    /** Once for each threshold, user and day. The user is not named, since logs are kept. */
    private void tell(BudgetDecision before, BudgetDecision after) {
        if (!before.getClass().equals(after.getClass())) {
            log.warn(
                    "A user has caused {} {} today: {}",
                    String.format(Locale.ROOT, "%.6g", after.spent()),
                    limit.unit().name().toLowerCase(Locale.ROOT),
                    after instanceof BudgetDecision.Refused
                            ? "further requests are refused (olmo.energy.budget.refuse-at)"
                            : "more than olmo.energy.budget.warn-at");
        }
    }

    private OptionalDouble amount(Footprint footprint) {
        return switch (limit.unit()) {
            case JOULES ->
                footprint
                        .energy()
                        .full()
                        .map(EnergyAmount::joules)
                        .map(OptionalDouble::of)
                        .orElse(OptionalDouble.empty());
            case GRAMS ->
                footprint
                        .locationBased()
                        .map(Emission::grams)
                        .map(OptionalDouble::of)
                        .orElse(OptionalDouble.empty());
        };
    }

    /** A hash is as long for every user, whatever a client calls itself. */
    private static String account(@Nullable String user) {
        return user == null ? "no user" : Sha256.hex(user);
    }
}
