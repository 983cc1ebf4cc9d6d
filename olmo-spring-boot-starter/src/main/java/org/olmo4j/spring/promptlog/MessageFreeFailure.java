package org.olmo4j.spring.promptlog;

import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a failure may be logged, shown, or be the cause of another one: what kind it was of, where it happened and what caused it, without any
 * message. Messages of databases and JSON readers may quote what somebody asked.
 */
public final class MessageFreeFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String kind;

    private MessageFreeFailure(Throwable failure, Set<Throwable> seen) {
        super(null, cause(failure, seen), false, true);
        this.kind = kind(failure);
        setStackTrace(failure.getStackTrace());
    }

    /**
     * Takes the messages away.
     *
     * @param failure any
     * @return of the same kind, stack and causes
     */
    public static MessageFreeFailure of(Throwable failure) {
        return failure instanceof MessageFreeFailure free
                ? free
                : new MessageFreeFailure(failure, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static @Nullable Throwable cause(Throwable failure, Set<Throwable> seen) {
        Throwable cause = failure.getCause();
        return cause == null || !seen.add(cause) ? null : new MessageFreeFailure(cause, seen);
    }

    private static String kind(Throwable failure) {
        String type = failure.getClass().getName();
        return failure instanceof SQLException sql
                ? type + " (SQLSTATE " + sql.getSQLState() + ", error " + sql.getErrorCode() + ")"
                : type;
    }

    /**
     * In one line: kind and place.
     *
     * @return without the causes
     */
    public String outline() {
        StackTraceElement[] stack = getStackTrace();
        return stack.length == 0 ? kind : kind + " at " + stack[0];
    }

    @Override
    public String toString() {
        return kind;
    }
}
