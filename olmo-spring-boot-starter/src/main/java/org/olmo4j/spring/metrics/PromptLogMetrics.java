package org.olmo4j.spring.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToLongFunction;
import org.olmo4j.spring.promptlog.service.PromptLogService;
import org.olmo4j.spring.promptlog.writer.LogStatus;

/**
 * What the prompt log took, has stored, and lost, as counters {@code olmo.log.records} with the tag {@code result}; what waits, as
 * {@code olmo.log.waiting}; what is kept aside, as {@code olmo.log.dead-letters}; and whether an operator should look at it, as {@code olmo.log.degraded}, 0 or 1. Thread-safe.
 */
public final class PromptLogMetrics implements MeterBinder {

    private final PromptLogService log;

    /**
     * Measures the log.
     *
     * @param log whose status is read whenever meters are
     */
    public PromptLogMetrics(PromptLogService log) {
        this.log = log;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        count(registry, "accepted", LogStatus::accepted);
        count(registry, "stored", LogStatus::stored);
        count(registry, "not-journaled", LogStatus::notJournaled);
        count(registry, "lost", LogStatus::lost);
        count(registry, "refused", LogStatus::refused);
        count(registry, "text-dropped", LogStatus::droppedTexts);
        Gauge.builder("olmo.log.dead-letters", log, from -> from.status().deadLetters())
                .baseUnit("records")
                .description("Records that the database refused, and which are kept aside.")
                .register(registry);
        Gauge.builder("olmo.log.waiting", log, from -> from.status().waiting())
                .baseUnit("records")
                .description("Records in memory that the database does not have yet.")
                .register(registry);
        Gauge.builder("olmo.log.degraded", log, from -> from.isDegraded() ? 1 : 0)
                .description("1 while the database cannot be used, or after records were lost or refused.")
                .register(registry);
    }

    private void count(MeterRegistry registry, String result, ToLongFunction<LogStatus> count) {
        FunctionCounter.builder("olmo.log.records", log, from -> count.applyAsLong(from.status()))
                .tag("result", result)
                .baseUnit("records")
                .description("Records that were handed to the prompt log, by what became of them.")
                .register(registry);
    }
}
