package org.olmo4j.spring.host;

import org.jspecify.annotations.Nullable;

/**
 * Where one of a model's backends stands.
 *
 * @param name short name, such as {@code cpu}
 * @param standing whether it answers, and if not, whether it can
 * @param detail what computes, in one line, or why it does not; null if there is nothing to say
 */
public record BackendStatus(
        String name, Standing standing, @Nullable String detail) {

    /** Whether a backend answers. */
    public enum Standing {
        /** The model is loaded on it, and it is asked in its turn. */
        READY,
        /** The model is being loaded on it. */
        LOADING,
        /** Not loaded: those before it in the order answer. */
        STANDBY,
        /** It failed, and is tried again after a while. */
        SUSPENDED,
        /** It failed, and is not tried again before the model is reloaded; where its device is lost, not before a restart. */
        FAILED,
        /** It cannot be used on this machine. */
        UNAVAILABLE
    }
}
