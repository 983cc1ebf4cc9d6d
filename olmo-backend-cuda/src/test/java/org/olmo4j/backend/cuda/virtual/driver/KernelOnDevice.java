package org.olmo4j.backend.cuda.virtual.driver;

import org.olmo4j.backend.cuda.virtual.machine.Kernel;

/** A kernel of a loaded module, and what the host has set for it. */
final class KernelOnDevice {

    private final ModuleOnDevice module;
    private final Kernel kernel;
    private int maximumDynamicSharedBytes;

    KernelOnDevice(ModuleOnDevice module, Kernel kernel) {
        this.module = module;
        this.kernel = kernel;
        maximumDynamicSharedBytes = Math.max(0, VirtualDevice.SHARED_BYTES_PER_BLOCK - kernel.staticSharedBytes());
    }

    ModuleOnDevice module() {
        return module;
    }

    Context context() {
        return module.context();
    }

    Kernel kernel() {
        return kernel;
    }

    int maximumDynamicSharedBytes() {
        return maximumDynamicSharedBytes;
    }

    void setMaximumDynamicSharedBytes(int bytes) {
        int limit = context().device().sharedBytesPerBlockOptIn() - kernel.staticSharedBytes();
        if (bytes < 0 || bytes > limit) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_INVALID_VALUE,
                    "kernel %s cannot have %d bytes of dynamic shared memory, at most %d"
                            .formatted(kernel.name(), bytes, limit));
        }
        maximumDynamicSharedBytes = bytes;
    }
}
