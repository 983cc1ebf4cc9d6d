package org.olmo4j.energy.budget;

import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.olmo4j.error.BudgetExceededException;

/**
 * What each user has caused today, in this JVM: several instances of an application each have their own count. Requests that run at the
 * same time are counted when they end, so that a user can exceed the limit by what is running. Thread-safe.
 *
 * <p>Memory is bounded: on a day with more users than it holds, the further ones share one account.
 */
public final class DailyBudget {

    private static final String FURTHER_USERS = "";

    private final BudgetLimit limit;
    private final Clock clock;
    private final int maxUsers;
    private final Map<String, Double> spent = new HashMap<>();
    private LocalDate day;

    /**
     * Begins an empty day.
     *
     * @param limit for each user
     * @param clock whose zone says when a day ends
     * @param maxUsers with an account of their own, 1 or more
     */
    public DailyBudget(BudgetLimit limit, Clock clock, int maxUsers) {
        if (maxUsers < 1) {
            throw new IllegalArgumentException("A budget for " + maxUsers + " users");
        }
        this.limit = limit;
        this.clock = clock;
        this.maxUsers = maxUsers;
        this.day = LocalDate.now(clock);
    }

    /**
     * Whether a user may start a request.
     *
     * @param user name or pseudonym, not empty
     * @return by what the requests that have ended today caused
     */
    public synchronized BudgetDecision check(String user) {
        turnPage();
        double today = spent.getOrDefault(account(user), 0.0);
        if (limit.refuseAt().isPresent() && today >= limit.refuseAt().getAsDouble()) {
            return new BudgetDecision.Refused(today, limit.refuseAt().getAsDouble());
        }
        if (limit.warnAt().isPresent() && today >= limit.warnAt().getAsDouble()) {
            return new BudgetDecision.Warned(today, limit.warnAt().getAsDouble());
        }
        return new BudgetDecision.Allowed(today);
    }

    /**
     * As {@link #check}, for callers who refuse.
     *
     * @param user name or pseudonym, not empty
     * @return allowed or warned
     * @throws BudgetExceededException if the limit was reached
     */
    public BudgetDecision require(String user) {
        BudgetDecision decision = check(user);
        if (decision instanceof BudgetDecision.Refused(double today, double most)) {
            ZonedDateTime now = ZonedDateTime.now(clock);
            ZonedDateTime tomorrow = now.toLocalDate().plusDays(1).atStartOfDay(now.getZone());
            throw new BudgetExceededException(
                    String.format(
                            Locale.ROOT,
                            "The daily budget of %.6g %s is spent (%.6g)",
                            most,
                            limit.unit().name().toLowerCase(Locale.ROOT),
                            today),
                    Duration.between(now, tomorrow));
        }
        return decision;
    }

    /**
     * Counts what a request caused. One whose figure is unknown is not to be counted as 0 by a caller that pretends to know; it is left out.
     *
     * @param user name or pseudonym, not empty
     * @param amount in the limit's unit, 0 or more
     */
    public synchronized void spend(String user, double amount) {
        if (!(amount >= 0 && amount < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("A user spent " + amount + " " + limit.unit());
        }
        turnPage();
        spent.merge(account(user), amount, Double::sum);
    }

    /** Whose account: one's own, or the shared one if there are too many users. */
    private String account(String user) {
        return spent.containsKey(user) || spent.size() < maxUsers ? user : FURTHER_USERS;
    }

    private void turnPage() {
        LocalDate today = LocalDate.now(clock);
        if (!today.equals(day)) {
            day = today;
            spent.clear();
        }
    }
}
