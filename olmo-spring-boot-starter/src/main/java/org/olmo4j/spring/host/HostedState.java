package org.olmo4j.spring.host;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.OlmoException;

/** Where a hosted model is in its life. */
public sealed interface HostedState {

    /**
     * It is being loaded, for the first time or again.
     *
     * @param doneBytes of the checkpoint that are loaded
     * @param totalBytes of the checkpoint; 0 until known
     */
    record Loading(long doneBytes, long totalBytes) implements HostedState {}

    /**
     * It answers.
     *
     * @param backend what computes it, in one line; null if not known
     */
    record Ready(@Nullable String backend) implements HostedState {}

    /**
     * Its devices have failed and are left alone for a while: requests are refused until one is tried again.
     *
     * @param reasons of all backends
     * @param retryAfter when one is tried again, about
     */
    record Suspended(String reasons, Duration retryAfter) implements HostedState {}

    /**
     * It could not be loaded, or what it was loaded on is lost.
     *
     * @param error why
     */
    record Failed(OlmoException error) implements HostedState {}

    /** It is closed. */
    record Closed() implements HostedState {}
}
