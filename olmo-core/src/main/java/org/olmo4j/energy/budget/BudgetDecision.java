package org.olmo4j.energy.budget;

/** Whether a user may go on. */
public sealed interface BudgetDecision {

    /**
     * What the user caused today.
     *
     * @return in the limit's unit, as far as it is known
     */
    double spent();

    /**
     * There is room.
     *
     * @param spent today
     */
    record Allowed(double spent) implements BudgetDecision {}

    /**
     * The user may go on and should know.
     *
     * @param spent today
     * @param limit that was reached
     */
    record Warned(double spent, double limit) implements BudgetDecision {}

    /**
     * Not today.
     *
     * @param spent today
     * @param limit that was reached
     */
    record Refused(double spent, double limit) implements BudgetDecision {}
}
