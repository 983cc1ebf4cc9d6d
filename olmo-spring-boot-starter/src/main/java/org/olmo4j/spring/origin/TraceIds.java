package org.olmo4j.spring.origin;

import org.jspecify.annotations.Nullable;

/** Knows the distributed trace that the calling thread works for. Thread-safe. */
@FunctionalInterface
public interface TraceIds {

    /** Knows of none. */
    TraceIds NONE = () -> null;

    /**
     * The id of the current trace.
     *
     * @return null if there is none
     */
    @Nullable
    String current();
}
