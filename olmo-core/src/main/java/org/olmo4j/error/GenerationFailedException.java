package org.olmo4j.error;

import org.jspecify.annotations.Nullable;

/**
 * A generation ended because of a failure inside the engine or its device, not because of the request. Where the device is to blame, it is a
 * {@link DeviceFailedException}.
 */
public sealed class GenerationFailedException extends OlmoException permits DeviceFailedException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param problem what failed, where and with which values
     * @param hint what the reader can do about it
     */
    public GenerationFailedException(String problem, String hint) {
        this(problem, hint, null);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param problem what failed, where and with which values
     * @param hint what the reader can do about it
     * @param cause the underlying failure, or null
     */
    public GenerationFailedException(String problem, String hint, @Nullable Throwable cause) {
        super(problem, hint, cause);
    }
}
