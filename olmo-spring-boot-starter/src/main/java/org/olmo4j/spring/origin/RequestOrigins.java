package org.olmo4j.spring.origin;

import org.olmo4j.engine.Origin;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Completes what a request says of its origin. Thread-safe.
 *
 * @param principals knows the user
 * @param traceIds knows the trace
 */
public record RequestOrigins(PrincipalResolver principals, TraceIds traceIds) {

    /** Adds nothing. */
    public static final RequestOrigins NONE = new RequestOrigins(PrincipalResolver.NONE, TraceIds.NONE);

    /**
     * Adds the user of the calling thread.
     *
     * @param known what the request says, which stays
     * @return with the user, if one is found
     */
    public Origin withUser(Origin known) {
        return known.user() == null ? known.withUser(principals.user().orElse(null)) : known;
    }

    /**
     * Adds the user of a subscriber. To be called in the subscribing thread.
     *
     * @param known what the request says, which stays
     * @param subscriber its context
     * @return with the user, if one is found; never empty
     */
    public Mono<Origin> withUser(Origin known, ContextView subscriber) {
        return known.user() == null
                ? principals.user(subscriber).map(known::withUser).defaultIfEmpty(known)
                : Mono.just(known);
    }

    /**
     * Adds the trace of the calling thread.
     *
     * @param known what the request says, which stays
     * @return with the trace, if there is one
     */
    public Origin withTrace(Origin known) {
        return known.traceId() == null ? known.withTraceId(traceIds.current()) : known;
    }
}
