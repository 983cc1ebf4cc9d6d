package org.olmo4j.spring.promptlog.store;

import java.util.function.Supplier;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;

/**
 * Transactions of the log's own database. Spring's template logs what it is thrown if the rollback fails too, which may quote values of a row.
 *
 * @param manager begins and ends them
 */
record Transactions(PlatformTransactionManager manager) {

    <T> T call(Supplier<T> work) {
        TransactionStatus transaction = manager.getTransaction(TransactionDefinition.withDefaults());
        T result;
        try {
            result = work.get();
        } catch (RuntimeException | Error failure) {
            rollBack(transaction, failure);
            throw failure;
        }
        manager.commit(transaction);
        return result;
    }

    private void rollBack(TransactionStatus transaction, Throwable failure) {
        try {
            manager.rollback(transaction);
        } catch (RuntimeException alsoFailed) {
            // The database does it by itself when the connection is gone.
            failure.addSuppressed(alsoFailed);
        }
    }
}
