package org.olmo4j.error;

import org.jspecify.annotations.Nullable;

/**
 * A device failed a step, a copy or a load: what was asked of it could have been done, by another device or at another time. Logits that are
 * not numbers are none of it, since they come of the weights and the prompt.
 *
 * <p>A <em>sticky</em> failure is one after which the device does nothing any more for this process, such as an illegal address in a CUDA
 * context, or a GPU that fell off the bus: whatever is asked of it afterwards fails too, and only a new process may find it well again. All others
 * pass, such as a lack of memory.
 */
public final class DeviceFailedException extends GenerationFailedException {

    private static final long serialVersionUID = 1L;

    private final boolean sticky;

    /**
     * Makes an exception.
     *
     * @param problem what failed, where and with which values
     * @param hint what the reader can do about it
     * @param sticky whether the device is lost to this process
     * @param cause the underlying failure, or null
     */
    public DeviceFailedException(String problem, String hint, boolean sticky, @Nullable Throwable cause) {
        super(problem, hint, cause);
        this.sticky = sticky;
    }

    /**
     * Whether the device is lost to this process.
     *
     * @return false if the same may succeed later
     */
    public boolean sticky() {
        return sticky;
    }
}
