package org.olmo4j.backend.cuda.driver;

import java.util.Optional;
import org.olmo4j.error.DeviceFailedException;

/** A function of the driver gave an error. */
public final class CudaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final String UNEXPECTED = "Report this as a bug, with the versions of driver and GPU";

    private final int code;

    /**
     * Makes an exception.
     *
     * @param code the {@code CUresult}
     * @param problem function, values, CUDA's name and text
     */
    CudaException(int code, String problem) {
        super(problem);
        this.code = code;
    }

    /** The same, with more that is known of it. */
    CudaException with(String detail) {
        return detail.isEmpty() ? this : new CudaException(code, getMessage() + ": " + detail);
    }

    /**
     * The error, where it is one that is told apart.
     *
     * @return empty for any other code
     */
    public Optional<CudaError> error() {
        return CudaError.of(code);
    }

    /**
     * What to do about it.
     *
     * @return a sentence
     */
    public String hint() {
        return error().map(CudaError::hint).orElse(UNEXPECTED);
    }

    /**
     * What callers outside of this backend are told.
     *
     * @return the same problem and hint
     */
    public DeviceFailedException asDeviceFailure() {
        return new DeviceFailedException(
                String.valueOf(getMessage()),
                hint(),
                error().map(CudaError::sticky).orElse(false),
                this);
    }
}
