package org.olmo4j.error;

import org.jspecify.annotations.Nullable;

/**
 * Root of all exceptions of this library. The message is the problem followed by the hint; both are also available apart, for pages that
 * print a description and an action.
 */
public abstract class OlmoException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String problem;
    private final String hint;

    /**
     * Makes an exception.
     *
     * @param problem what failed, where and with which values; one sentence without the final full stop
     * @param hint what the reader can do about it; one sentence without the final full stop
     * @param cause the underlying failure, or null
     */
    protected OlmoException(String problem, String hint, @Nullable Throwable cause) {
        super(problem + ". " + hint + ".", cause);
        this.problem = problem;
        this.hint = hint;
    }

    /**
     * What failed, where and with which values.
     *
     * @return one sentence without its full stop
     */
    public final String problem() {
        return problem;
    }

    /**
     * What the reader can do about it.
     *
     * @return one sentence without its full stop
     */
    public final String hint() {
        return hint;
    }
}
