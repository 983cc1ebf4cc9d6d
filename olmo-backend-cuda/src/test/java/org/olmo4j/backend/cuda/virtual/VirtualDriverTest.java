package org.olmo4j.backend.cuda.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.olmo4j.backend.cuda.virtual.driver.CudaResult;

/** The virtual driver answers as CUDA's manual says, and is strict wherever a real one only might be. */
@SuppressWarnings("restricted") // The driver gives pointers.
class VirtualDriverTest {

    private static VirtualGpu gpu() {
        return VirtualGpu.builder().allowingLeaks().build();
    }

    @Test
    void tellsWhatItsDevicesAre() {
        UUID uuid = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
        try (VirtualGpu gpu = VirtualGpu.builder()
                .name("Small GPU")
                .computeCapability(7, 5)
                .memoryBytes(1 << 20)
                .andDevice()
                .name("Large GPU")
                .uuid(uuid)
                .computeCapability(9, 0)
                .memoryBytes(1L << 40)
                .multiprocessors(132)
                .attribute(38, 50 << 20)
                .driverVersion(12020)
                .build()) {
            RawDriver driver = new RawDriver(gpu.symbols());
            driver.succeed("cuInit", 0);

            assertThat((int) driver.get("cuDriverGetVersion")).isEqualTo(12020);
            assertThat((int) driver.get("cuDeviceGetCount")).isEqualTo(2);
            MemorySegment name = driver.room(64);
            driver.succeed("cuDeviceGetName", name, 64, 0);
            assertThat(name.getString(0)).isEqualTo("Small GPU");
            driver.succeed("cuDeviceGetName", name, 6, 1);
            assertThat(name.getString(0)).isEqualTo("Large");
            MemorySegment bytes = driver.room(16);
            driver.succeed("cuDeviceGetUuid_v2", bytes, 1);
            assertThat(bytes.get(ValueLayout.JAVA_BYTE, 1)).isEqualTo((byte) 0x23);
            assertThat(bytes.get(ValueLayout.JAVA_BYTE, 15)).isEqualTo((byte) 0xEF);
            assertThat(driver.get("cuDeviceTotalMem_v2", 1)).isEqualTo(1L << 40);
            assertThat((int) driver.get("cuDeviceGetAttribute", 75, 1)).isEqualTo(9);
            assertThat((int) driver.get("cuDeviceGetAttribute", 16, 1)).isEqualTo(132);
            assertThat((int) driver.get("cuDeviceGetAttribute", 38, 1)).isEqualTo(50 << 20);
            assertThat((int) driver.get("cuDeviceGetAttribute", 97, 1)).isEqualTo(227 * 1024);
            assertThat((int) driver.get("cuDeviceGetAttribute", 76, 0)).isEqualTo(5);
            driver.fail(CudaResult.CUDA_ERROR_INVALID_DEVICE, "cuDeviceGet", driver.room(4), 2);
        }
    }

    @Test
    void wantsToBeInitialisedFirst() {
        try (VirtualGpu gpu = gpu()) {
            new RawDriver(gpu.symbols())
                    .fail(CudaResult.CUDA_ERROR_NOT_INITIALIZED, "cuDeviceGetCount", MemorySegment.ofAddress(8));
        }
    }

    @Test
    void mayHaveNoDevice() {
        try (VirtualGpu gpu = VirtualGpu.builder().withoutDevice().build()) {
            new RawDriver(gpu.symbols()).fail(CudaResult.CUDA_ERROR_NO_DEVICE, "cuInit", 0);
        }
    }

    @Test
    void mayLackFunctions() {
        try (VirtualGpu gpu = VirtualGpu.builder()
                .withoutFunctions("cuLaunchKernelEx", "nvmlDeviceGetMigMode")
                .build()) {
            assertThat(gpu.symbols().find("cuLaunchKernelEx")).isEmpty();
            assertThat(gpu.symbols().find("cuLaunchKernel")).isPresent();
            assertThat(gpu.nvmlSymbols().find("nvmlDeviceGetMigMode")).isEmpty();
        }
    }

    @Test
    void namesErrors() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = new RawDriver(gpu.symbols());

            assertThat(MemorySegment.ofAddress(driver.getBehind("cuGetErrorName", 700))
                            .reinterpret(64)
                            .getString(0))
                    .isEqualTo("CUDA_ERROR_ILLEGAL_ADDRESS");
            assertThat(MemorySegment.ofAddress(driver.getBehind("cuGetErrorString", 2))
                            .reinterpret(64)
                            .getString(0))
                    .isEqualTo("out of memory");
            driver.fail(CudaResult.CUDA_ERROR_INVALID_VALUE, "cuGetErrorName", 12345, driver.room(8));
        }
    }

    @Test
    void aContextIsCurrentForOneThreadOnly() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            driver.allocate(16);

            int elsewhere = CompletableFuture.supplyAsync(() -> driver.call("cuMemAlloc_v2", driver.room(8), 16L))
                    .join();

            assertThat(elsewhere).isEqualTo(201);
            assertThat(driver.get("cuCtxGetCurrent")).isNotZero();
            driver.makeCurrent(0);
            driver.fail(CudaResult.CUDA_ERROR_INVALID_CONTEXT, "cuCtxSynchronize");
        }
    }

    @Test
    void memoryRunsOutAndComesBack() {
        try (VirtualGpu gpu =
                VirtualGpu.builder().memoryBytes(1000).allowingLeaks().build()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long first = driver.allocate(600);

            driver.fail(CudaResult.CUDA_ERROR_OUT_OF_MEMORY, "cuMemAlloc_v2", driver.room(8), 500L);
            assertThat(gpu.explanations().getLast()).contains("500 bytes asked for, 400 free of 1000");
            driver.free(first);
            assertThat(driver.allocate(500)).isNotEqualTo(first);
            MemorySegment free = driver.room(8);
            MemorySegment total = driver.room(8);
            driver.succeed("cuMemGetInfo_v2", free, total);
            assertThat(free.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(500);
            assertThat(total.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(1000);
        }
    }

    @Test
    void memoryIsFreedOnceAndByItsFirstAddress() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long memory = driver.allocate(64);

            driver.fail(CudaResult.CUDA_ERROR_INVALID_VALUE, "cuMemFree_v2", memory + 8);
            driver.free(memory);
            driver.fail(CudaResult.CUDA_ERROR_INVALID_VALUE, "cuMemFree_v2", memory);
            assertThat(gpu.explanations().getLast()).contains("freed");
            driver.succeed("cuMemFree_v2", 0L);
        }
    }

    @Test
    void copiesStayWithinTheirMemory() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long memory = driver.allocate(64);

            driver.fail(
                    CudaResult.CUDA_ERROR_INVALID_VALUE, "cuMemcpyHtoDAsync_v2", memory + 32, driver.room(64), 64L, 0L);
            driver.fail(
                    CudaResult.CUDA_ERROR_INVALID_VALUE,
                    "cuMemcpyHtoDAsync_v2",
                    memory,
                    driver.allocatePinned(16).asSlice(8),
                    16L,
                    0L);
            driver.fail(CudaResult.CUDA_ERROR_INVALID_VALUE, "cuMemsetD8Async", 4096L, (byte) 0, 1L, 0L);
        }
    }

    @Test
    void nothingHasHappenedBeforeSomebodyWaits() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long stream = driver.newStream();
            MemorySegment host = driver.allocatePinned(8);
            host.set(ValueLayout.JAVA_INT, 0, 7);
            long memory = driver.allocate(4);

            driver.succeed("cuMemcpyHtoDAsync_v2", memory, host, 4L, stream);
            driver.succeed("cuMemcpyDtoHAsync_v2", host.asSlice(4), memory, 4L, stream);

            assertThat(host.get(ValueLayout.JAVA_INT, 4)).isEqualTo(0xA5A5_A5A5);
            assertThat(gpu.counters().bytesToDevice()).isZero();
            driver.succeed("cuStreamSynchronize", stream);
            assertThat(host.get(ValueLayout.JAVA_INT, 4)).isEqualTo(7);
            assertThat(gpu.counters().bytesToDevice()).isEqualTo(4);
            assertThat(gpu.counters().bytesToHost()).isEqualTo(4);
        }
    }

    @Test
    void aStagingBufferThatIsUsedAgainTooEarlySpoilsTheCopy() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long stream = driver.newStream();
            MemorySegment staging = driver.allocatePinned(4);
            long memory = driver.allocate(4);
            staging.set(ValueLayout.JAVA_INT, 0, 1);

            driver.succeed("cuMemcpyHtoDAsync_v2", memory, staging, 4L, stream);
            staging.set(ValueLayout.JAVA_INT, 0, 2);
            driver.succeed("cuStreamSynchronize", stream);

            assertThat(driver.downloadInts(memory, 1)).containsExactly(2);
        }
    }

    @Test
    void copiesOfMemoryThatIsNotPinnedAreDoneWithItWhenTheyReturn() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long stream = driver.newStream();
            MemorySegment pageable = driver.room(4);
            pageable.set(ValueLayout.JAVA_INT, 0, 1);
            long memory = driver.allocate(4);

            driver.succeed("cuMemcpyHtoDAsync_v2", memory, pageable, 4L, stream);
            pageable.set(ValueLayout.JAVA_INT, 0, 2);
            MemorySegment result = driver.room(4);
            driver.succeed("cuMemcpyDtoHAsync_v2", result, memory, 4L, stream);

            assertThat(result.get(ValueLayout.JAVA_INT, 0)).isEqualTo(1);
            assertThat(gpu.counters().pageableCopies()).isEqualTo(2);
        }
    }

    @Test
    void streamsAreOrderedByEventsAlone() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long writer = driver.newStream();
            long reader = driver.newStream();
            long event = driver.get("cuEventCreate", 2);
            long memory = driver.upload(1);
            MemorySegment result = driver.allocatePinned(8);

            driver.succeed("cuMemsetD32Async", memory, 2, 1L, writer);
            driver.succeed("cuEventRecord", event, writer);
            driver.succeed("cuMemsetD32Async", memory, 3, 1L, writer);
            driver.succeed("cuMemcpyDtoHAsync_v2", result, memory, 4L, reader);
            driver.succeed("cuStreamWaitEvent", reader, event, 0);
            driver.succeed("cuMemcpyDtoHAsync_v2", result.asSlice(4), memory, 4L, reader);
            driver.succeed("cuStreamSynchronize", reader);

            assertThat(result.get(ValueLayout.JAVA_INT, 0))
                    .as("before the wait")
                    .isEqualTo(1);
            assertThat(result.get(ValueLayout.JAVA_INT, 4))
                    .as("behind the wait")
                    .isEqualTo(2);
            driver.succeed("cuStreamSynchronize", writer);
            assertThat(driver.downloadInts(memory, 1)).containsExactly(3);
        }
    }

    @Test
    void theDefaultStreamWaitsForBlockingStreams() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long blocking = driver.get("cuStreamCreate", 0);
            long memory = driver.upload(1);

            driver.succeed("cuMemsetD32Async", memory, 2, 1L, blocking);

            assertThat(driver.downloadInts(memory, 1)).containsExactly(2);
        }
    }

    @Test
    void questionsLetTheDeviceGoOn() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long stream = driver.newStream();
            long start = driver.get("cuEventCreate", 0);
            long end = driver.get("cuEventCreate", 0);
            long memory = driver.allocate(4);
            driver.succeed("cuEventRecord", start, stream);
            driver.succeed("cuMemsetD8Async", memory, (byte) 1, 4L, stream);
            driver.succeed("cuEventRecord", end, stream);

            driver.fail(CudaResult.CUDA_ERROR_NOT_READY, "cuEventElapsedTime", driver.room(4), start, end);
            int questions = 1;
            while (driver.call("cuEventQuery", end) == CudaResult.CUDA_ERROR_NOT_READY.code()) {
                questions++;
            }

            assertThat(questions).isEqualTo(4);
            driver.succeed("cuStreamQuery", stream);
            MemorySegment milliseconds = driver.room(4);
            driver.succeed("cuEventElapsedTime", milliseconds, start, end);
            assertThat(milliseconds.get(ValueLayout.JAVA_FLOAT, 0)).isNotNegative();
        }
    }

    @Test
    void afterAFaultOfAKernelEveryCallFailsAndTheFaultIsToldInFull() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long memory = driver.allocate(4);
            driver.launch(0, driver.kernel(driver.load(SmallKernels.ADD), "add"), 1, 32, 0, memory, 1, -1);

            driver.fail(CudaResult.CUDA_ERROR_ILLEGAL_ADDRESS, "cuStreamSynchronize", 0L);
            driver.fail(CudaResult.CUDA_ERROR_ILLEGAL_ADDRESS, "cuMemAlloc_v2", driver.room(8), 16L);
            driver.fail(CudaResult.CUDA_ERROR_ILLEGAL_ADDRESS, "cuMemFree_v2", memory);
            driver.succeed("cuDriverGetVersion", driver.room(4));

            assertThat(gpu.failure().orElseThrow())
                    .contains("kernel add")
                    .contains("line 24")
                    .contains("st.global.u32 [%rd3], %r2")
                    .contains("a null pointer");
        }
    }

    @Test
    void memoryThatIsFreedBeforeItsCopyIsDoneIsWaitedFor() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            long stream = driver.newStream();
            long memory = driver.upload(42);
            MemorySegment host = driver.allocatePinned(4);

            driver.succeed("cuMemcpyDtoHAsync_v2", host, memory, 4L, stream);
            driver.free(memory);

            assertThat(host.get(ValueLayout.JAVA_INT, 0)).isEqualTo(42);
        }
    }

    @Test
    void kernelsCanWriteToPinnedMemory() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            MemorySegment host = driver.allocatePinned(4);
            host.set(ValueLayout.JAVA_INT, 0, 40);

            driver.launch(0, driver.kernel(driver.load(SmallKernels.ADD), "add"), 1, 1, 0, host.address(), 2, 1);
            driver.succeed("cuStreamSynchronize", 0L);

            assertThat(host.get(ValueLayout.JAVA_INT, 0)).isEqualTo(42);
        }
    }

    @Test
    void failsWhenToldTo() {
        try (VirtualGpu gpu = gpu()) {
            RawDriver driver = RawDriver.withContext(gpu);
            gpu.failCallAfter(1, "cuMemAlloc_v2", CudaResult.CUDA_ERROR_OUT_OF_MEMORY);
            driver.allocate(16);
            driver.fail(CudaResult.CUDA_ERROR_OUT_OF_MEMORY, "cuMemAlloc_v2", driver.room(8), 16L);
            long values = driver.upload(1);
            long kernel = driver.kernel(driver.load(SmallKernels.ADD), "add");
            gpu.failLaunchAfter(1, "add", CudaResult.CUDA_ERROR_ECC_UNCORRECTABLE);

            driver.launch(0, kernel, 1, 1, 0, values, 1, 1);
            driver.succeed("cuStreamSynchronize", 0L);
            driver.launch(0, kernel, 1, 1, 0, values, 1, 1);
            driver.fail(CudaResult.CUDA_ERROR_ECC_UNCORRECTABLE, "cuStreamSynchronize", 0L);

            assertThat(gpu.failure()).contains("the test has planned that kernel add fails");
            assertThat(gpu.counters().launches("add")).isEqualTo(2);
            assertThat(gpu.counters().calls("cuLaunchKernel")).isEqualTo(2);
        }
    }

    @Test
    void theEndTellsWhatWasNotGivenBack() {
        VirtualGpu gpu = VirtualGpu.builder().build();
        RawDriver driver = RawDriver.withContext(gpu);
        driver.allocate(100);
        driver.allocatePinned(50);
        driver.newStream();
        driver.load(SmallKernels.ADD);

        assertThatThrownBy(gpu::close)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("device memory of Virtual GPU: allocation 1")
                .hasMessageContaining("pinned memory: 50 bytes")
                .hasMessageContaining("1 x stream")
                .hasMessageContaining("1 x module")
                .hasMessageContaining("primary context of Virtual GPU: retained 1 times");
    }

    @Test
    void theEndTellsOfAFaultThatTheTestHasNotLookedAt() {
        VirtualGpu gpu = gpu();
        RawDriver driver = RawDriver.withContext(gpu);
        driver.launch(0, driver.kernel(driver.load(SmallKernels.ADD), "add"), 1, 32, 0, 0L, 1, -1);
        driver.call("cuStreamSynchronize", 0L);

        assertThatThrownBy(gpu::close).hasMessageContaining("A kernel failed").hasMessageContaining("a null pointer");
    }
}
