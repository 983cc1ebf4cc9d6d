package org.olmo4j.spring.origin;

import java.util.Optional;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Finds the user on whose behalf a request is made, where the request itself names none. An application's bean of this type replaces the one that asks
 * Spring Security. Thread-safe.
 */
@FunctionalInterface
public interface PrincipalResolver {

    /** Knows nobody. */
    PrincipalResolver NONE = Optional::empty;

    /**
     * The user of the calling thread.
     *
     * @return as the application names its users; empty if unknown
     */
    Optional<String> user();

    /**
     * The user of a reactive subscriber. Called in the subscribing thread.
     *
     * @param subscriber its context
     * @return empty if unknown
     */
    default Mono<String> user(ContextView subscriber) {
        return Mono.justOrEmpty(user());
    }
}
