package org.olmo4j.spring.promptlog.store;

import java.time.Instant;

/**
 * Whether the database can be used.
 *
 * @param state of what kind
 * @param reason what is wrong and what to do; empty if nothing is
 * @param since when
 */
public record StoreStatus(StoreState state, String reason, Instant since) {

    /**
     * Whether it can be used.
     *
     * @return true if so
     */
    public boolean isUp() {
        return state == StoreState.UP;
    }
}
