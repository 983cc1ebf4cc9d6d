package org.olmo4j.backend.cuda.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.olmo4j.backend.cuda.virtual.driver.CudaResult;

/** How the virtual driver loads modules, launches kernels and captures graphs. */
@SuppressWarnings("restricted") // The driver gives pointers.
class VirtualLaunchTest {

    private static VirtualGpu gpu() {
        return VirtualGpu.builder().allowingLeaks().build();
    }

    private static MemorySegment nothing() {
        return MemorySegment.NULL;
    }

    @Test
    void parametersAreCopiedWhenAKernelIsLaunched() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long values = driver.upload(10, 20, 30);
            long kernel = driver.kernel(driver.load(SmallKernels.ADD), "add");
            MemorySegment parameters = driver.parameters(values, 5, 2);

            driver.succeed("cuLaunchKernel", kernel, 1, 1, 1, 32, 1, 1, 0, 0L, parameters, nothing());
            parameters.getAtIndex(ValueLayout.ADDRESS, 1).reinterpret(4).set(ValueLayout.JAVA_INT, 0, 1000);

            assertThat(driver.downloadInts(values, 3)).containsExactly(15, 25, 30);
        }
    }

    @Test
    void launchesAreChecked() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long kernel = driver.kernel(driver.load(SmallKernels.ADD), "add");
            long touch = driver.kernel(driver.load(SmallKernels.ADD), "touch");
            MemorySegment parameters = driver.parameters(0L, 1, 0);
            MemorySegment tooFew = driver.parameters(0L, 1, 0);
            tooFew.setAtIndex(ValueLayout.ADDRESS, 2, MemorySegment.NULL);

            launchFails(driver, CudaResult.CUDA_ERROR_INVALID_VALUE, kernel, 0, 32, 0, parameters);
            launchFails(driver, CudaResult.CUDA_ERROR_INVALID_VALUE, kernel, 1, 0, 0, parameters);
            launchFails(driver, CudaResult.CUDA_ERROR_INVALID_VALUE, touch, 1, 1025, 0, parameters);
            launchFails(driver, CudaResult.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, kernel, 1, 257, 0, parameters);
            launchFails(driver, CudaResult.CUDA_ERROR_INVALID_VALUE, kernel, 1, 32, 0, tooFew);
            assertThat(gpu.explanations().getLast()).contains("kernel add has 3 parameters");
            launchFails(driver, CudaResult.CUDA_ERROR_INVALID_VALUE, kernel, 1, 32, 0, nothing());
            launchFails(driver, CudaResult.CUDA_ERROR_INVALID_HANDLE, 1234L, 1, 32, 0, parameters);
            assertThat(gpu.counters().launches()).isZero();
        }
    }

    private static void launchFails(
            RawDriver driver,
            CudaResult expected,
            long kernel,
            int blocks,
            int threads,
            int sharedBytes,
            MemorySegment parameters) {
        driver.fail(
                expected,
                "cuLaunchKernel",
                kernel,
                blocks,
                1,
                1,
                threads,
                1,
                1,
                sharedBytes,
                0L,
                parameters,
                nothing());
    }

    @Test
    void moreSharedMemoryHasToBeAskedFor() {
        try (VirtualGpu gpu =
                VirtualGpu.builder().computeCapability(8, 0).allowingLeaks().build()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long kernel = driver.kernel(driver.load(SmallKernels.ADD), "touch");
            int bytes = 100 * 1024;
            MemorySegment parameters = driver.parameters(bytes - 4);

            launchFails(driver, CudaResult.CUDA_ERROR_INVALID_VALUE, kernel, 1, 1, bytes, parameters);
            driver.fail(CudaResult.CUDA_ERROR_INVALID_VALUE, "cuFuncSetAttribute", kernel, 8, 164 * 1024);
            driver.succeed("cuFuncSetAttribute", kernel, 8, bytes);
            assertThat((int) driver.get("cuFuncGetAttribute", 8, kernel)).isEqualTo(bytes);
            driver.launch(0, kernel, 1, 1, bytes, bytes - 4);
            driver.succeed("cuCtxSynchronize");
        }
    }

    @Test
    void launchesWithAttributes() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long values = driver.upload(1);
            long kernel = driver.kernel(driver.load(SmallKernels.ADD), "add");
            MemorySegment config = driver.room(56);
            for (int i = 0; i < 6; i++) {
                config.setAtIndex(ValueLayout.JAVA_INT, i, 1);
            }
            MemorySegment attribute = driver.room(72);
            attribute.set(ValueLayout.JAVA_INT, 0, 6);
            attribute.set(ValueLayout.JAVA_INT, 8, 1);
            config.set(ValueLayout.ADDRESS, 40, attribute);
            config.set(ValueLayout.JAVA_INT, 48, 1);

            driver.succeed("cuLaunchKernelEx", config, kernel, driver.parameters(values, 2, 1), nothing());

            assertThat(driver.downloadInts(values, 1)).containsExactly(3);
            attribute.set(ValueLayout.JAVA_INT, 0, 4);
            attribute.set(ValueLayout.JAVA_INT, 8, 2);
            driver.fail(
                    CudaResult.CUDA_ERROR_NOT_SUPPORTED,
                    "cuLaunchKernelEx",
                    config,
                    kernel,
                    driver.parameters(values, 2, 1),
                    nothing());
        }
    }

    @Test
    void findsVariablesOfAModule() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long module = driver.load(SmallKernels.ADD);
            MemorySegment address = driver.room(8);
            MemorySegment bytes = driver.room(8);

            driver.succeed("cuModuleGetGlobal_v2", address, bytes, module, driver.text("total"));

            assertThat(bytes.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(4);
            assertThat(driver.downloadInts(address.get(ValueLayout.JAVA_LONG, 0), 1))
                    .containsExactly(5);
            driver.fail(
                    CudaResult.CUDA_ERROR_NOT_FOUND,
                    "cuModuleGetFunction",
                    driver.room(8),
                    module,
                    driver.text("none"));
            driver.succeed("cuModuleUnload", module);
            driver.fail(
                    CudaResult.CUDA_ERROR_INVALID_HANDLE,
                    "cuModuleGetFunction",
                    driver.room(8),
                    module,
                    driver.text("add"));
        }
    }

    @Test
    void whatTheCompilerSaysIsInTheLog() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            MemorySegment log = driver.room(200);
            MemorySegment options = driver.room(8);
            options.setAtIndex(ValueLayout.JAVA_INT, 0, 5);
            options.setAtIndex(ValueLayout.JAVA_INT, 1, 6);
            MemorySegment values = driver.room(16);
            values.setAtIndex(ValueLayout.ADDRESS, 0, log);
            values.setAtIndex(ValueLayout.JAVA_LONG, 1, 200);

            driver.fail(
                    CudaResult.CUDA_ERROR_INVALID_PTX,
                    "cuModuleLoadDataEx",
                    driver.room(8),
                    driver.text(SmallKernels.ADD.replace("add.s32 %r4", "frobnicate.s32 %r4")),
                    2,
                    options,
                    values);

            assertThat(log.getString(0)).contains("PTX line 19").contains("frobnicate.s32 %r4, %r3, %r0");
            assertThat(values.getAtIndex(ValueLayout.JAVA_LONG, 1))
                    .isEqualTo(log.getString(0).length() + 1);
        }
    }

    @Test
    void anOldDriverDoesNotUnderstandNewPtx() {
        try (VirtualGpu gpu =
                VirtualGpu.builder().driverVersion(12020).allowingLeaks().build()) {
            RawDriver driver = RawDriver.withContext(gpu);

            driver.load(SmallKernels.ADD.replace("7.0", "8.2"));
            driver.fail(
                    CudaResult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
                    "cuModuleLoadDataEx",
                    driver.room(8),
                    driver.text(SmallKernels.ADD.replace("7.0", "8.3")),
                    0,
                    nothing(),
                    nothing());
        }
    }

    @Test
    void aGraphDoesAgainWhatWasCaptured() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long stream = driver.newStream();
            long values = driver.upload(1, 1);
            long kernel = driver.kernel(driver.load(SmallKernels.ADD), "add");
            MemorySegment parameters = driver.parameters(values, 10, 1);

            driver.succeed("cuStreamBeginCapture_v2", stream, 1);
            driver.succeed("cuLaunchKernel", kernel, 1, 1, 1, 32, 1, 1, 0, stream, parameters, nothing());
            driver.succeed("cuLaunchKernel", kernel, 1, 1, 1, 32, 1, 1, 0, stream, parameters, nothing());
            long graph = driver.getBehind("cuStreamEndCapture", stream);
            parameters.getAtIndex(ValueLayout.ADDRESS, 1).reinterpret(4).set(ValueLayout.JAVA_INT, 0, 1000);
            long executable = driver.get("cuGraphInstantiateWithFlags", graph, 0L);
            driver.succeed("cuGraphDestroy", graph);
            assertThat(gpu.counters().launches("add")).isZero();

            driver.succeed("cuGraphLaunch", executable, stream);
            driver.succeed("cuGraphLaunch", executable, stream);
            driver.succeed("cuStreamSynchronize", stream);

            assertThat(driver.downloadInts(values, 2)).containsExactly(41, 1);
            assertThat(gpu.counters().launches("add")).isEqualTo(4);
            assertThat(gpu.counters().graphLaunches()).isEqualTo(2);
            driver.succeed("cuGraphExecDestroy", executable);
        }
    }

    @Test
    void otherStreamsJoinACaptureByEvents() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long origin = driver.newStream();
            long other = driver.newStream();
            long fork = driver.get("cuEventCreate", 2);
            long join = driver.get("cuEventCreate", 2);
            long memory = driver.upload(0, 0);

            driver.succeed("cuStreamBeginCapture_v2", origin, 1);
            driver.succeed("cuEventRecord", fork, origin);
            driver.succeed("cuStreamWaitEvent", other, fork, 0);
            driver.succeed("cuMemsetD32Async", memory, 7, 2L, other);
            driver.succeed("cuEventRecord", join, other);
            driver.succeed("cuStreamWaitEvent", origin, join, 0);
            long graph = driver.getBehind("cuStreamEndCapture", origin);
            long executable = driver.get("cuGraphInstantiateWithFlags", graph, 0L);
            assertThat(driver.downloadInts(memory, 2)).containsExactly(0, 0);
            driver.succeed("cuGraphLaunch", executable, origin);
            driver.succeed("cuStreamSynchronize", origin);

            assertThat(driver.downloadInts(memory, 2)).containsExactly(7, 7);
            driver.succeed("cuStreamBeginCapture_v2", origin, 1);
            driver.succeed("cuEventRecord", fork, origin);
            driver.succeed("cuStreamWaitEvent", other, fork, 0);
            driver.succeed("cuMemsetD32Async", memory, 8, 2L, other);
            driver.fail(CudaResult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED, "cuStreamEndCapture", origin, driver.room(8));
        }
    }

    @Test
    void waitingAndAllocatingBreakACapture() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long stream = driver.newStream();

            driver.succeed("cuStreamBeginCapture_v2", stream, 1);
            driver.fail(CudaResult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "cuStreamSynchronize", stream);
            driver.fail(CudaResult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "cuStreamEndCapture", stream, driver.room(8));
            driver.succeed("cuStreamBeginCapture_v2", stream, 1);
            driver.fail(CudaResult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "cuMemAlloc_v2", driver.room(8), 16L);
            driver.fail(CudaResult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "cuStreamEndCapture", stream, driver.room(8));
            driver.succeed("cuStreamBeginCapture_v2", stream, 2);
            driver.allocate(16);
            driver.succeed("cuStreamEndCapture", stream, driver.room(8));
            driver.fail(CudaResult.CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "cuStreamEndCapture", stream, driver.room(8));
        }
    }
}
