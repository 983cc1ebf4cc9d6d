package org.olmo4j.error;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Not for the time being: the same request can succeed later. Unless it is a {@link GenerationInterruptedException}, it was refused before
 * anything was generated.
 */
public abstract class RetryLaterException extends OlmoException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    /**
     * Makes an exception.
     *
     * @param problem what is in the way; one sentence without the final full stop
     * @param hint what the reader can do about it; one sentence without the final full stop
     * @param retryAfter when to try again
     * @param cause the underlying failure, or null
     */
    protected RetryLaterException(String problem, String hint, Duration retryAfter, @Nullable Throwable cause) {
        super(problem, hint, cause);
        this.retryAfter = retryAfter;
    }

    /**
     * When to try again.
     *
     * @return an estimate
     */
    public final Duration retryAfter() {
        return retryAfter;
    }
}
