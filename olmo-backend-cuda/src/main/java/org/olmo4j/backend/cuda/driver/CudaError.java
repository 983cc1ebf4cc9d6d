package org.olmo4j.backend.cuda.driver;

import java.util.Arrays;
import java.util.Optional;

/** Results of the driver that are told apart here, with what to do about them. All others have a name and a text from the driver itself. */
public enum CudaError {
    /** There is no memory for an allocation. */
    OUT_OF_MEMORY(2, false, "Free memory of the GPU, or lower olmo.engine.kv-cache-size or olmo.weights"),
    /** The process is exiting, or the driver was shut down. */
    DEINITIALIZED(4, true, "The process is ending; nothing can be done"),
    /** The machine has no GPU that may be used. */
    NO_DEVICE(100, false, "Check nvidia-smi and CUDA_VISIBLE_DEVICES; in a container, start it with access to the GPU"),
    /** A GPU's number is out of range. */
    INVALID_DEVICE(101, false, "Check the configured device"),
    /** The PTX was written for a later driver. */
    UNSUPPORTED_PTX_VERSION(222, false, "Update the NVIDIA driver"),
    /** An error of the GPU's memory that could not be corrected. */
    ECC_UNCORRECTABLE(
            214, true, "The GPU's memory is faulty: see nvidia-smi -q, and restart the process on another GPU"),
    /** A kernel read or wrote where nothing is. */
    ILLEGAL_ADDRESS(700, true, "Restart the process, and report this as a bug"),
    /** A kernel took too long, on a GPU that drives a display. */
    LAUNCH_TIMEOUT(702, true, "Use a GPU without a display, and restart the process"),
    /** A kernel's assertion failed. */
    ASSERT(710, true, "Restart the process, and report this as a bug"),
    /** A stack of the GPU is broken. */
    HARDWARE_STACK_ERROR(714, true, "Restart the process, and report this as a bug"),
    /** A kernel met an instruction that is none. */
    ILLEGAL_INSTRUCTION(715, true, "Restart the process, and report this as a bug"),
    /** A kernel read or wrote at an address that is no multiple of the access's size. */
    MISALIGNED_ADDRESS(716, true, "Restart the process, and report this as a bug"),
    /** A kernel used an address of one memory with an instruction for another. */
    INVALID_ADDRESS_SPACE(717, true, "Restart the process, and report this as a bug"),
    /** A kernel's program counter went wild. */
    INVALID_PC(718, true, "Restart the process, and report this as a bug"),
    /** A kernel failed in another way. */
    LAUNCH_FAILED(719, true, "Restart the process; if it comes again, report it as a bug"),
    /** The device fell off the bus, or the driver lost it. */
    DEVICE_UNAVAILABLE(46, true, "Check nvidia-smi and the system's log for Xid messages, and restart the process"),
    /** The system and the driver do not go together, as after an update without a restart. */
    SYSTEM_DRIVER_MISMATCH(803, false, "Restart the machine: its kernel module and its driver library differ"),
    /** Not known to the driver's authors either. */
    UNKNOWN(999, true, "Check nvidia-smi and the system's log for Xid messages, and restart the process");

    private final int code;
    private final boolean sticky;
    private final String hint;

    CudaError(int code, boolean sticky, String hint) {
        this.code = code;
        this.sticky = sticky;
        this.hint = hint;
    }

    /**
     * The error of a code.
     *
     * @param code a {@code CUresult}
     * @return empty if it is not told apart here
     */
    static Optional<CudaError> of(int code) {
        return Arrays.stream(values()).filter(error -> error.code == code).findFirst();
    }

    /**
     * Its {@code CUresult}.
     *
     * @return not 0
     */
    public int code() {
        return code;
    }

    /**
     * Whether the context is lost to this process.
     *
     * @return as NVIDIA documents the code
     */
    public boolean sticky() {
        return sticky;
    }

    /**
     * What to do about it.
     *
     * @return a sentence
     */
    public String hint() {
        return hint;
    }
}
