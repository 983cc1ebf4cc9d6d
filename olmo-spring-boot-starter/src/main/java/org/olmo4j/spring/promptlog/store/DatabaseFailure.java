package org.olmo4j.spring.promptlog.store;

import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.MessageFreeFailure;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.transaction.TransactionException;

/**
 * What a failed statement means, by its SQLSTATE. Classes of two characters are those of the SQL standard; five digits from 90000 are H2's own.
 */
enum DatabaseFailure {
    /** The values of a row: another row may succeed. */
    ROW,
    /** No connection, or it breaks. */
    CONNECTION,
    /** Another process has the file. */
    FILE_IN_USE,
    /** A table or column is not there. */
    SCHEMA,
    /** Two transactions were in each other's way: again it may succeed. */
    CONFLICT,
    /** All else: the row, or the database. */
    UNKNOWN;

    /** Data exception, integrity constraint, program limit (a row or index entry is too large). */
    private static final Set<String> ROW_CLASSES = Set.of("22", "23", "54");
    /** Connection exception; wrong password; operator intervention, as at a server's shutdown. */
    private static final Set<String> CONNECTION_CLASSES = Set.of("08", "28", "57");

    private static final Set<String> CONFLICT_CLASSES = Set.of("40");
    private static final Set<String> CONFLICT_STATES = Set.of("55P03", "HYT00");
    private static final Set<String> SCHEMA_CLASSES = Set.of("42", "3F");
    /** Too many connections (PostgreSQL); database not found, closed, connection broken (H2). */
    private static final Set<String> CONNECTION_STATES =
            Set.of("53300", "90013", "90067", "90098", "90121", "90146", "90149");

    private static final String H2_FILE_IN_USE = "90020";
    /** Privileges: an operator's matter, though of the class of syntax errors. */
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    /** Of states, and of classes of states. */
    private static final Map<String, String> MEANINGS = Map.ofEntries(
            Map.entry("08", "there is no connection, or it broke"),
            Map.entry("22", "a value is not one that a column takes"),
            Map.entry("23", "a row breaks a rule of the tables"),
            Map.entry("25006", "it is read-only"),
            Map.entry("28", "user or password are refused"),
            Map.entry("3D", "there is no such database"),
            Map.entry("40", "another transaction was in the way"),
            Map.entry("42", "a table or column is missing, or another one"),
            Map.entry("42501", "its user has not the rights"),
            Map.entry("3F", "a schema is missing"),
            Map.entry("53", "it has no resources left"),
            Map.entry("53100", "its disk is full"),
            Map.entry("53200", "it has no memory left"),
            Map.entry("53300", "it has too many connections"),
            Map.entry("54", "a row is too large"),
            Map.entry("55P03", "another transaction holds a lock"),
            Map.entry("57", "it stops, or stopped what it was asked"),
            Map.entry("58", "its disk fails"),
            Map.entry("90013", "there is no such database"),
            Map.entry("90020", "another process has the file"),
            Map.entry("90028", "its file cannot be read or written; the disk may be full"),
            Map.entry("90030", "its file is damaged"),
            Map.entry("90031", "its file cannot be read or written; the disk may be full"),
            Map.entry("90097", "it is read-only"),
            Map.entry("90098", "it was closed"),
            Map.entry("90121", "it was closed"),
            Map.entry("90146", "there is no such database"),
            Map.entry("90149", "there is no such database"),
            Map.entry("HYT00", "another transaction holds a lock"));

    static DatabaseFailure of(Throwable failure) {
        SQLException cause = sqlCause(failure);
        if (cause == null) {
            return UNKNOWN;
        }
        DatabaseFailure byState = ofState(cause.getSQLState());
        if (byState == UNKNOWN && isOfConnection(cause)) {
            return CONNECTION;
        }
        return byState;
    }

    private static boolean isOfConnection(SQLException cause) {
        // The pool says so of a connection that it has given up, without a state.
        boolean givenUp = cause.getSQLState() == null && "Connection is closed".equals(cause.getMessage());
        return givenUp
                || cause instanceof SQLTransientConnectionException
                || cause instanceof SQLNonTransientConnectionException
                || cause instanceof SQLRecoverableException;
    }

    /** The innermost: what wraps it says less. A batch hides the reason behind itself. */
    static @Nullable SQLException sqlCause(Throwable failure) {
        SQLException found = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                found = sql;
                for (SQLException next = sql.getNextException(); next != null; next = next.getNextException()) {
                    found = next;
                }
            }
        }
        return found;
    }

    private static DatabaseFailure ofState(@Nullable String state) {
        if (state == null || state.length() != 5) {
            return UNKNOWN;
        }
        String stateClass = state.substring(0, 2);
        if (state.equals(H2_FILE_IN_USE)) {
            return FILE_IN_USE;
        } else if (CONNECTION_STATES.contains(state) || CONNECTION_CLASSES.contains(stateClass)) {
            return CONNECTION;
        } else if (ROW_CLASSES.contains(stateClass)) {
            return ROW;
        } else if (CONFLICT_STATES.contains(state) || CONFLICT_CLASSES.contains(stateClass)) {
            return CONFLICT;
        } else if (SCHEMA_CLASSES.contains(stateClass) && !state.equals(INSUFFICIENT_PRIVILEGE)) {
            return SCHEMA;
        }
        return UNKNOWN;
    }

    /** Whether the database failed, and not what was done with its answer. */
    static boolean isOfDatabase(RuntimeException failure) {
        return sqlCause(failure) != null
                || (failure instanceof DataAccessException && !(failure instanceof InvalidDataAccessApiUsageException))
                || failure instanceof PersistenceException
                || failure instanceof TransactionException;
    }

    /** What of the exception an operator needs to read, in our words: a driver's message may quote the values of a row. */
    static String describe(Throwable failure) {
        SQLException cause = sqlCause(failure);
        return cause == null
                ? MessageFreeFailure.of(failure).outline()
                : meaning(cause) + " (SQLSTATE " + cause.getSQLState() + ", error " + cause.getErrorCode() + ")";
    }

    private static String meaning(SQLException cause) {
        String state = String.valueOf(cause.getSQLState());
        String known = MEANINGS.get(state);
        if (known == null && state.length() == 5) {
            known = MEANINGS.get(state.substring(0, 2));
        }
        if (known != null) {
            return known;
        }
        return isOfConnection(cause) ? "there is no connection, or it broke" : "it failed";
    }

    /** A failure of the database as a whole. */
    StoreException toException(String url, Throwable failure) {
        String described = describe(failure);
        return switch (this) {
            case FILE_IN_USE ->
                new StoreException(
                        StoreState.FILE_IN_USE,
                        "The prompt log's database " + url + " is open in another process: " + described
                                + ". Stop that one, give this one a file of its own, or let both use one PostgreSQL",
                        failure);
            case CONNECTION, CONFLICT ->
                new StoreException(
                        StoreState.UNREACHABLE,
                        "The prompt log's database " + url + " cannot be used: " + described
                                + ". Check that it runs, its address, user and password; it is tried again by itself",
                        failure);
            case SCHEMA ->
                new StoreException(
                        StoreState.SCHEMA_INVALID,
                        "The prompt log's tables in " + url + " are not as they should be: " + described
                                + ". Let olmo.log.schema=MIGRATE make them, or run the scripts in db/olmo",
                        failure);
            case ROW, UNKNOWN ->
                new StoreException(
                        StoreState.REFUSING,
                        "The prompt log's database " + url + " takes no rows: " + described
                                + ". Check its disk and the rights of its user; it is tried again by itself",
                        failure);
        };
    }
}
