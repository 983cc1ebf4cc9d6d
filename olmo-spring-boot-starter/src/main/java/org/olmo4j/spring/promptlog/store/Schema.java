package org.olmo4j.spring.promptlog.store;

import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.jspecify.annotations.Nullable;

/** The tables, with a history of their own beside that of the host application. */
final class Schema {

    private static final String HISTORY = "olmo_schema_history";

    private Schema() {}

    /**
     * Does what the mode says.
     *
     * @throws StoreException if the tables are not of this version afterwards
     */
    static void prepare(StoreOptions options, DataSource database, ClassLoader scripts) {
        if (options.schema() == SchemaMode.NONE) {
            return;
        }
        try {
            Flyway flyway = Flyway.configure(scripts)
                    .dataSource(database)
                    .locations("classpath:db/olmo/common", "classpath:db/olmo/" + options.vendor())
                    .table(HISTORY)
                    // The host application's tables may be in the same schema.
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .cleanDisabled(true)
                    .load();
            requireNotNewer(options, flyway);
            if (options.schema() == SchemaMode.MIGRATE) {
                flyway.migrate();
            } else {
                requireComplete(options, flyway);
            }
        } catch (FlywayException failure) {
            DatabaseFailure kind = DatabaseFailure.of(failure);
            if (kind == DatabaseFailure.CONNECTION || kind == DatabaseFailure.FILE_IN_USE) {
                throw kind.toException(options.shownUrl(), failure);
            }
            // Only of the script that fails is it said by the database, which may quote values.
            String problem = DatabaseFailure.sqlCause(failure) == null
                    ? String.valueOf(failure.getMessage())
                    : DatabaseFailure.describe(failure);
            throw invalid(options, problem, failure);
        }
    }

    private static void requireNotNewer(StoreOptions options, Flyway flyway) {
        List<String> later = Arrays.stream(flyway.info().applied())
                .filter(migration -> migration.getState() == MigrationState.FUTURE_SUCCESS
                        || migration.getState() == MigrationState.FUTURE_FAILED)
                .map(Schema::name)
                .toList();
        if (!later.isEmpty()) {
            throw new StoreException(
                    StoreState.SCHEMA_NEWER,
                    "The prompt log's tables in " + options.shownUrl() + " were changed by a later release: " + later
                            + " in " + HISTORY + " are not known here. Update this application",
                    null);
        }
    }

    private static void requireComplete(StoreOptions options, Flyway flyway) {
        List<String> pending =
                Arrays.stream(flyway.info().pending()).map(Schema::name).toList();
        if (!pending.isEmpty()) {
            throw invalid(options, "not applied: " + pending, null);
        }
        String errors = flyway.validateWithResult().getAllErrorMessages();
        if (!errors.isEmpty()) {
            throw invalid(options, errors, null);
        }
    }

    private static String name(MigrationInfo migration) {
        return migration.getVersion() + " " + migration.getDescription();
    }

    static StoreException invalid(StoreOptions options, String problem, @Nullable Throwable cause) {
        return new StoreException(
                StoreState.SCHEMA_INVALID,
                "The prompt log's tables in " + options.shownUrl() + " are not as they should be (olmo.log.schema="
                        + options.schema() + "): " + problem
                        + ". Let olmo.log.schema=MIGRATE make them, or run the scripts in db/olmo",
                cause);
    }
}
