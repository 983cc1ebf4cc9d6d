package org.olmo4j.backend.cuda.virtual.driver;

import java.util.Arrays;
import java.util.Optional;

/** The results of the driver's functions that the virtual one gives, with the numbers, names and texts of {@code cuda.h}. */
public enum CudaResult {
    CUDA_SUCCESS(0, "no error"),
    CUDA_ERROR_INVALID_VALUE(1, "invalid argument"),
    CUDA_ERROR_OUT_OF_MEMORY(2, "out of memory"),
    CUDA_ERROR_NOT_INITIALIZED(3, "initialization error"),
    CUDA_ERROR_NO_DEVICE(100, "no CUDA-capable device is detected"),
    CUDA_ERROR_INVALID_DEVICE(101, "invalid device ordinal"),
    CUDA_ERROR_INVALID_CONTEXT(201, "invalid device context"),
    CUDA_ERROR_NO_BINARY_FOR_GPU(209, "no kernel image is available for execution on the device"),
    CUDA_ERROR_ECC_UNCORRECTABLE(214, "uncorrectable ECC error encountered"),
    CUDA_ERROR_INVALID_PTX(218, "a PTX JIT compilation failed"),
    CUDA_ERROR_UNSUPPORTED_PTX_VERSION(222, "the provided PTX was compiled with an unsupported toolchain."),
    CUDA_ERROR_INVALID_HANDLE(400, "invalid resource handle"),
    CUDA_ERROR_NOT_FOUND(500, "named symbol not found"),
    CUDA_ERROR_NOT_READY(600, "device not ready"),
    CUDA_ERROR_ILLEGAL_ADDRESS(700, "an illegal memory access was encountered"),
    CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES(701, "too many resources requested for launch"),
    CUDA_ERROR_LAUNCH_TIMEOUT(702, "the launch timed out and was terminated"),
    CUDA_ERROR_ASSERT(710, "device-side assert triggered"),
    CUDA_ERROR_ILLEGAL_INSTRUCTION(715, "an illegal instruction was encountered"),
    CUDA_ERROR_MISALIGNED_ADDRESS(716, "misaligned address"),
    CUDA_ERROR_LAUNCH_FAILED(719, "unspecified launch failure"),
    CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE(720, "too many blocks in cooperative launch"),
    CUDA_ERROR_NOT_SUPPORTED(801, "operation not supported"),
    CUDA_ERROR_SYSTEM_DRIVER_MISMATCH(803, "system has unsupported display driver / cuda driver combination"),
    CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED(900, "operation not permitted when stream is capturing"),
    CUDA_ERROR_STREAM_CAPTURE_INVALIDATED(901, "operation failed due to a previous error during capture"),
    CUDA_ERROR_STREAM_CAPTURE_UNMATCHED(903, "capture was not ended in the same stream as it began"),
    CUDA_ERROR_STREAM_CAPTURE_UNJOINED(904, "capturing stream has unjoined work"),
    CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD(
            908, "attempt to terminate a thread-local capture sequence from another thread"),
    CUDA_ERROR_CAPTURED_EVENT(907, "operation not permitted on an event last recorded in a capturing stream"),
    CUDA_ERROR_UNKNOWN(999, "unknown error");

    private final int code;
    private final String text;

    CudaResult(int code, String text) {
        this.code = code;
        this.text = text;
    }

    public int code() {
        return code;
    }

    public String text() {
        return text;
    }

    /** The result with this number. */
    public static Optional<CudaResult> of(int code) {
        return Arrays.stream(values()).filter(result -> result.code == code).findFirst();
    }
}
