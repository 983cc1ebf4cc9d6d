package org.olmo4j.error;

/** Machine or container has less memory than the model needs; the message has both, and the hint what to lower. */
public final class InsufficientMemoryException extends OlmoException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param problem what is needed for what, and how much there is
     * @param hint what the reader can do about it
     */
    public InsufficientMemoryException(String problem, String hint) {
        super(problem, hint, null);
    }

    /**
     * Makes an exception.
     *
     * @param problem what is needed for what
     * @param hint what the reader can do about it
     * @param cause what the JVM said when it asked for the memory
     */
    public InsufficientMemoryException(String problem, String hint, Throwable cause) {
        super(problem, hint, cause);
    }
}
