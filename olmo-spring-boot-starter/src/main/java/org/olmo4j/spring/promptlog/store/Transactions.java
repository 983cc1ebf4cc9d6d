package org.olmo4j.spring.promptlog.store;

import java.util.Objects;
import java.util.function.Supplier;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Transactions of the log's own database.
 *
 * @param template begins and ends them
 */
record Transactions(TransactionTemplate template) {

    <T> T call(Supplier<T> work) {
        return Objects.requireNonNull(template.execute(status -> work.get()));
    }
}
