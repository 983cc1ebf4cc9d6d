package org.olmo4j.engine;

import org.jspecify.annotations.Nullable;

/**
 * Where a request comes from. It is for listeners, which keep records and accounts: the engine decides nothing by it, and no part of it reaches the
 * model. Null everywhere means "unknown".
 *
 * @param user who asks, as the application names its users
 * @param session of that user
 * @param conversation that the request continues
 * @param traceId of the distributed trace that it belongs to
 * @param retention the most of its texts that may be kept
 */
public record Origin(
        @Nullable String user,
        @Nullable String session,
        @Nullable String conversation,
        @Nullable String traceId,
        TextRetention retention) {

    /** Nothing is known, and nothing asked for. */
    public static final Origin UNKNOWN = new Origin(null, null, null, null, TextRetention.FULL);

    /**
     * How much of the texts of prompt and answer a listener may keep. It only ever lessens what the operator has set.
     */
    public enum TextRetention {
        /** None of it. */
        NONE,
        /** With personal data and secrets taken out. */
        REDACTED,
        /** As much as the operator keeps. */
        FULL
    }

    /**
     * Replaces the user.
     *
     * @param value null if unknown
     * @return a copy
     */
    public Origin withUser(@Nullable String value) {
        return new Origin(value, session, conversation, traceId, retention);
    }

    /**
     * Replaces the session.
     *
     * @param value null if unknown
     * @return a copy
     */
    public Origin withSession(@Nullable String value) {
        return new Origin(user, value, conversation, traceId, retention);
    }

    /**
     * Replaces the conversation.
     *
     * @param value null if unknown
     * @return a copy
     */
    public Origin withConversation(@Nullable String value) {
        return new Origin(user, session, value, traceId, retention);
    }

    /**
     * Replaces the trace.
     *
     * @param value null if unknown
     * @return a copy
     */
    public Origin withTraceId(@Nullable String value) {
        return new Origin(user, session, conversation, value, retention);
    }

    /**
     * Replaces how much of the texts may be kept.
     *
     * @param value the most
     * @return a copy
     */
    public Origin withRetention(TextRetention value) {
        return new Origin(user, session, conversation, traceId, value);
    }
}
