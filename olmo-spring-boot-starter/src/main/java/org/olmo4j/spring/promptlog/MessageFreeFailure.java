package org.olmo4j.spring.promptlog;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a failure may be logged, shown, or be the cause of another one: what kind it was of, where it happened and what caused it, without any
 * message but the name of its type. Messages of databases and JSON readers may quote what somebody asked.
 */
public final class MessageFreeFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    private MessageFreeFailure(Throwable failure, Set<Throwable> seen) {
        super(failure.getClass().getName(), cause(failure, seen), false, true);
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

    /**
     * In one line: kind and place.
     *
     * @return without the causes
     */
    public String outline() {
        StackTraceElement[] stack = getStackTrace();
        return stack.length == 0 ? String.valueOf(getMessage()) : getMessage() + " at " + stack[0];
    }
}
