package org.olmo4j.benchmark.measure;

import org.jspecify.annotations.Nullable;
import org.olmo4j.error.OlmoException;

/** A measurement cannot be made as it was asked for. */
public final class BenchmarkException extends OlmoException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param problem what failed, and with which values
     * @param hint what the reader can do about it
     */
    public BenchmarkException(String problem, String hint) {
        this(problem, hint, null);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param problem what failed, and with which values
     * @param hint what the reader can do about it
     * @param cause the underlying failure, or null
     */
    public BenchmarkException(String problem, String hint, @Nullable Throwable cause) {
        super(problem, hint, cause);
    }
}
