package org.olmo4j.spring.promptlog.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.olmo4j.spring.promptlog.identity.ErasureHashes;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * A database that was reached, with its tables: a context of Spring that has no parent and is nobody's, so that the host application's beans,
 * transactions and tables know nothing of it.
 */
final class OpenStore implements AutoCloseable {

    private final AnnotationConfigApplicationContext context;

    private OpenStore(AnnotationConfigApplicationContext context) {
        this.context = context;
    }

    /**
     * Connects and does with the tables as the options say.
     *
     * @param options where it is
     * @param hashes of erased users
     * @return to be used
     * @throws StoreException if that cannot be
     */
    static OpenStore open(StoreOptions options, ErasureHashes hashes) {
        ClassLoader loader = OpenStore.class.getClassLoader();
        DriverManagerDataSource database = new DriverManagerDataSource(options.url());
        Properties driver = new Properties();
        driver.putAll(options.driverProperties());
        database.setConnectionProperties(driver);
        if (options.user() != null) {
            database.setUsername(options.user());
        }
        if (options.password() != null) {
            database.setPassword(options.password());
        }
        // Held until the pool has one, for an H2 file is closed with its last connection. Without a database, it fails
        // here, in one line.
        try (Connection _ = database.getConnection()) {
            Schema.prepare(options, database, loader);
            return new OpenStore(context(options, hashes, loader));
        } catch (SQLException failure) {
            DatabaseFailure kind = DatabaseFailure.of(failure);
            throw (kind == DatabaseFailure.UNKNOWN ? DatabaseFailure.CONNECTION : kind)
                    .toException(options.shownUrl(), failure);
        }
    }

    private static AnnotationConfigApplicationContext context(
            StoreOptions options, ErasureHashes hashes, ClassLoader loader) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.setDisplayName("olmo-log");
        context.setClassLoader(loader);
        context.registerBean(StoreOptions.class, () -> options);
        context.registerBean(ErasureHashes.class, () -> hashes);
        context.register(StoreConfiguration.class);
        try {
            context.refresh();
            return context;
        } catch (RuntimeException failure) {
            context.close();
            DatabaseFailure kind = DatabaseFailure.of(failure);
            if (kind == DatabaseFailure.UNKNOWN) {
                throw Schema.invalid(options, root(failure).toString(), failure);
            }
            throw kind.toException(options.shownUrl(), failure);
        }
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    <T> T get(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }
}
