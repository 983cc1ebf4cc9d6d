package org.olmo4j.backend.cuda;

import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.olmo4j.backend.cuda.driver.CudaDriver;
import org.olmo4j.backend.cuda.driver.CudaException;
import org.olmo4j.backend.cuda.kernel.Ptx;

/**
 * The GPUs of this machine, and why others, or all, cannot be used. Found once, when they are first asked for.
 *
 * @param devices that can be used, in the driver's order
 * @param reasons why not, one sentence each
 * @param driver if it could be started
 */
record CudaSystem(List<CudaDevice> devices, List<String> reasons, Optional<CudaDriver> driver) {

    CudaSystem {
        devices = List.copyOf(devices);
        reasons = List.copyOf(reasons);
    }

    /**
     * Looks for GPUs.
     *
     * @param library finds the driver; empty if there is none
     * @return what there is; never an exception
     */
    static CudaSystem find(Supplier<Optional<SymbolLookup>> library) {
        try {
            Optional<SymbolLookup> symbols = library.get();
            return symbols.map(CudaSystem::find)
                    .orElseGet(
                            () -> none("the NVIDIA driver's library (libcuda.so.1) is not on this machine: install the "
                                    + "driver, or start the container with access to the GPU"));
        } catch (IllegalCallerException e) {
            return none("native code must not be called: start Java with --enable-native-access=ALL-UNNAMED ("
                    + e.getMessage() + ")");
        } catch (UnsupportedOperationException e) {
            return none("this JVM cannot call native code: " + e.getMessage());
        } catch (UnsatisfiedLinkError e) {
            return none("the NVIDIA driver is too old: " + e.getMessage() + "; install a driver for CUDA "
                    + version(CudaDriver.LEAST_VERSION) + " or later");
        }
    }

    private static CudaSystem none(String reason) {
        return new CudaSystem(List.of(), List.of(reason), Optional.empty());
    }

    private static String version(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    private static CudaSystem find(SymbolLookup symbols) {
        CudaDriver driver = new CudaDriver(symbols);
        try {
            driver.init();
            int version = driver.driverGetVersion();
            if (version < CudaDriver.LEAST_VERSION) {
                return none("the NVIDIA driver is too old: cuDriverGetVersion says CUDA " + version(version)
                        + "; install a driver for CUDA " + version(CudaDriver.LEAST_VERSION) + " or later");
            }
            return devices(driver);
        } catch (CudaException e) {
            return none(e.getMessage() + ". " + e.hint());
        }
    }

    private static CudaSystem devices(CudaDriver driver) {
        List<CudaDevice> devices = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        int count = driver.deviceGetCount();
        for (int ordinal = 0; ordinal < count; ordinal++) {
            try {
                int handle = driver.deviceGet(ordinal);
                CudaDevice.Description description = CudaDevice.Description.of(driver, handle);
                if (Ptx.OLDEST.compareTo(description.capability()) > 0) {
                    reasons.add(
                            "GPU " + ordinal + ", " + description + ", is older than compute capability " + Ptx.OLDEST);
                } else {
                    devices.add(new CudaDevice(driver, ordinal, handle, description));
                }
            } catch (CudaException e) {
                reasons.add("GPU " + ordinal + ": " + e.getMessage() + ". " + e.hint());
            }
        }
        if (count == 0) {
            reasons.add("the NVIDIA driver shows no GPU to this process: check nvidia-smi and CUDA_VISIBLE_DEVICES");
        }
        return new CudaSystem(devices, reasons, Optional.of(driver));
    }
}
