package org.olmo4j.spring.promptlog.store;

import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.MessageFreeFailure;

/** The database cannot be used now. Nothing of what was asked has happened. */
public final class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final StoreState state;

    /**
     * Says why.
     *
     * @param state of what kind the reason is
     * @param message what failed, where, and what to do
     * @param cause or null; its messages, which may quote the values of a row, are left out
     */
    public StoreException(StoreState state, String message, @Nullable Throwable cause) {
        super(message, cause == null ? null : MessageFreeFailure.of(cause));
        this.state = state;
    }

    /**
     * Of what kind the reason is.
     *
     * @return never UP
     */
    public StoreState state() {
        return state;
    }
}
