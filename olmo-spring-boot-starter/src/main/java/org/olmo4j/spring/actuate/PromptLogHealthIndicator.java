package org.olmo4j.spring.actuate;

import org.olmo4j.spring.promptlog.service.PromptLogService;
import org.olmo4j.spring.promptlog.store.StoreStatus;
import org.olmo4j.spring.promptlog.writer.LogStatus;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * How the prompt log does. It is up whatever happens, since answers go on without it: {@code degraded} says whether somebody should look at it, and
 * the details why. Thread-safe.
 */
public class PromptLogHealthIndicator extends AbstractHealthIndicator {

    private final PromptLogService log;

    /**
     * Watches a log.
     *
     * @param log whose state is shown
     */
    public PromptLogHealthIndicator(PromptLogService log) {
        super("The state of the prompt log cannot be read");
        this.log = log;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        StoreStatus store = log.storeStatus();
        LogStatus status = log.status();
        builder.up()
                .withDetail("degraded", log.isDegraded())
                .withDetail("database", store.state())
                .withDetail("databaseSince", store.since());
        if (!store.reason().isEmpty()) {
            builder.withDetail("databaseReason", store.reason());
        }
        status.problem().ifPresent(problem -> builder.withDetail("problem", problem));
        status.journal().problem().ifPresent(problem -> builder.withDetail("journalProblem", problem));
        builder.withDetail("accepted", status.accepted())
                .withDetail("stored", status.stored())
                .withDetail("waiting", status.waiting())
                .withDetail("journalBytes", status.journal().bytes())
                .withDetail("journalRecords", status.journal().pendingRecords())
                .withDetail("notJournaled", status.notJournaled())
                .withDetail("droppedTexts", status.droppedTexts())
                .withDetail("lost", status.lost())
                .withDetail("refused", status.deadLetters())
                .withDetail("damagedBytes", status.journal().damagedBytes())
                .withDetail("withheldTexts", log.withheldTexts());
    }
}
