package org.olmo4j.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.backend.Availability;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.conformance.ModelDriver;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.backend.cuda.virtual.VirtualGpu;
import org.olmo4j.backend.cuda.virtual.driver.CudaResult;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.error.DeviceFailedException;
import org.olmo4j.error.InsufficientMemoryException;
import org.olmo4j.error.OlmoException;

/** Faults of driver and kernels, at load, prefill, decode and copy: typed, told with the function, and nothing is left behind. */
class DeviceFaultTest {

    private static final LoadOptions OPTIONS = LoadOptions.builder()
            .keyValueCacheBytes(4L << 20)
            .maxStepTokens(32)
            .maxStepRows(4)
            .build();

    private static VirtualGpu gpu() {
        return VirtualGpu.builder().memoryBytes(1L << 30).build();
    }

    /** {@link VirtualGpu#close} fails if a load that failed left anything behind. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cuDevicePrimaryCtxRetain",
                "cuCtxSetCurrent",
                "cuMemAlloc_v2",
                "cuMemHostAlloc",
                "cuStreamCreate",
                "cuEventCreate",
                "cuModuleLoadDataEx",
                "cuMemcpyHtoDAsync_v2",
                "cuStreamSynchronize"
            })
    void aLoadThatFailsAtAnyCallGivesEverythingBack(String function) {
        long calls;
        try (VirtualGpu counted = gpu();
                RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.BF16)) {
            new CudaBackendProvider(() -> Optional.of(counted.symbols()))
                    .load(checkpoint, OPTIONS, LoadProgress.NONE)
                    .close();
            calls = counted.counters().calls(function);
        }
        assertThat(calls).isPositive();
        for (long before = 0; before < Math.min(calls, 6); before++) {
            try (VirtualGpu gpu = gpu();
                    RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.BF16)) {
                CudaBackendProvider provider = new CudaBackendProvider(() -> Optional.of(gpu.symbols()));
                gpu.failCallAfter(before, function, CudaResult.CUDA_ERROR_OUT_OF_MEMORY);
                Throwable failure = catchThrowable(() ->
                        provider.load(checkpoint, OPTIONS, LoadProgress.NONE).close());
                if (failure != null) {
                    assertThat(failure)
                            .isInstanceOf(InsufficientMemoryException.class)
                            .hasMessageContaining(function)
                            .hasMessageContaining("CUDA_ERROR_OUT_OF_MEMORY");
                }
                assertThat(provider.availability()).isInstanceOf(Availability.Available.class);
                // The fault has passed.
                provider.load(checkpoint, OPTIONS, LoadProgress.NONE).close();
            }
        }
    }

    @Test
    void aKernelThatGoesAstrayMarksTheBackendDeadAndIsNeverFollowedByAnotherCall() {
        try (VirtualGpu gpu = gpu();
                RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.BF16)) {
            CudaBackendProvider provider = new CudaBackendProvider(() -> Optional.of(gpu.symbols()));
            try (LoadedModel model = provider.load(checkpoint, OPTIONS, LoadProgress.NONE);
                    ModelDriver driver = new ModelDriver(model)) {
                gpu.failNextLaunch("swiglu_rows", CudaResult.CUDA_ERROR_ILLEGAL_ADDRESS);
                assertSticky(catchThrowable(() -> driver.new Sequence().logits(new int[] {1, 2, 3})));
                long calls = gpu.counters().calls("cuLaunchKernel");
                assertSticky(catchThrowable(() -> driver.new Sequence().logits(new int[] {4})));
                assertSticky(catchThrowable(() -> model.copyBlocks(0, new int[] {0}, new int[] {1})));
                assertThat(gpu.counters().calls("cuLaunchKernel")).isEqualTo(calls);
            }
            assertThat(((Availability.Unavailable) provider.availability()).reasons())
                    .singleElement()
                    .asString()
                    .contains("CUDA_ERROR_ILLEGAL_ADDRESS", "Restart the process");
            assertThat(gpu.failure()).isPresent();
        }
    }

    private static void assertSticky(Throwable failure) {
        assertThat(failure)
                .isInstanceOfSatisfying(
                        DeviceFailedException.class,
                        device -> assertThat(device.sticky()).isTrue());
        assertThat(failure).hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
    }

    @Test
    void aStepThatFindsNoMemoryFailsAloneAndTheNextOneRuns() {
        try (VirtualGpu gpu = gpu();
                RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.BF16)) {
            CudaBackendProvider provider = new CudaBackendProvider(() -> Optional.of(gpu.symbols()));
            try (LoadedModel model = provider.load(checkpoint, OPTIONS, LoadProgress.NONE);
                    ModelDriver driver = new ModelDriver(model)) {
                float[] expected = driver.new Sequence().logits(new int[] {1, 2, 3});
                for (String function : List.of("cuMemcpyHtoDAsync_v2", "cuLaunchKernel", "cuMemcpyDtoHAsync_v2")) {
                    gpu.failNextCall(function, CudaResult.CUDA_ERROR_OUT_OF_MEMORY);
                    assertThatExceptionOfType(DeviceFailedException.class)
                            .isThrownBy(() -> driver.new Sequence().logits(new int[] {1, 2, 3}))
                            .withMessageContaining(function)
                            .satisfies(failure -> assertThat(failure.sticky()).isFalse())
                            .satisfies(failure ->
                                    assertThat(((OlmoException) failure).hint()).contains("olmo.engine.kv-cache-size"));
                    assertThat(driver.new Sequence().logits(new int[] {1, 2, 3}))
                            .containsExactly(expected);
                }
            }
        }
    }

    @Test
    void aCopyOfBlocksThatFailsIsTold() {
        try (VirtualGpu gpu = gpu();
                RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.BF16);
                LoadedModel model = new CudaBackendProvider(() -> Optional.of(gpu.symbols()))
                        .load(checkpoint, OPTIONS, LoadProgress.NONE)) {
            gpu.failNextCall("cuMemcpyDtoDAsync_v2", CudaResult.CUDA_ERROR_INVALID_VALUE);
            assertThatExceptionOfType(DeviceFailedException.class)
                    .isThrownBy(() -> model.copyBlocks(0, new int[] {0}, new int[] {1}))
                    .withMessageContaining("cuMemcpyDtoDAsync_v2")
                    .withMessageContaining("CUDA_ERROR_INVALID_VALUE");
        }
    }
}
