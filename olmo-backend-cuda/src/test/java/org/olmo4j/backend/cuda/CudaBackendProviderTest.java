package org.olmo4j.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.olmo4j.backend.Availability;
import org.olmo4j.backend.Backends;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.backend.cuda.virtual.VirtualGpu;
import org.olmo4j.backend.cuda.virtual.driver.CudaResult;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.InsufficientMemoryException;

/** What cannot be used is a list of reasons, never an exception at start; what can is chosen by number or UUID. */
class CudaBackendProviderTest {

    private static final LoadOptions OPTIONS = LoadOptions.builder()
            .keyValueCacheBytes(4L << 20)
            .maxStepTokens(16)
            .maxStepRows(4)
            .build();

    private static List<String> reasons(CudaBackendProvider provider) {
        return ((Availability.Unavailable) provider.availability()).reasons();
    }

    private static CudaBackendProvider on(VirtualGpu gpu) {
        return new CudaBackendProvider(() -> Optional.of(gpu.symbols()));
    }

    @Test
    void theServiceLoaderFindsIt() {
        assertThat(Backends.discover().providers()).anyMatch(CudaBackendProvider.class::isInstance);
    }

    @Test
    void aMachineWithoutADriverSaysSo() {
        assertThat(reasons(new CudaBackendProvider(Optional::empty)))
                .singleElement()
                .asString()
                .contains("libcuda.so.1", "install the driver");
    }

    @Test
    void aJvmThatMustNotCallNativeCodeNamesTheFlag() {
        assertThat(reasons(new CudaBackendProvider(() -> {
                    throw new IllegalCallerException("Illegal native access from an unnamed module");
                })))
                .singleElement()
                .asString()
                .contains("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void aDriverWithoutAFunctionIsTooOld() {
        try (VirtualGpu gpu = VirtualGpu.builder()
                .withoutFunctions("cuGraphInstantiateWithFlags")
                .build()) {
            assertThat(reasons(on(gpu)))
                    .singleElement()
                    .asString()
                    .contains("too old", "cuGraphInstantiateWithFlags", "CUDA 12.2");
        }
    }

    @Test
    void aDriverOfAnOlderCudaIsTooOld() {
        try (VirtualGpu gpu = VirtualGpu.builder().driverVersion(11040).build()) {
            assertThat(reasons(on(gpu))).singleElement().asString().contains("cuDriverGetVersion", "11.4", "12.2");
        }
    }

    @Test
    void aDriverThatDoesNotStartIsNamedWithItsErrorAndAHint() {
        try (VirtualGpu gpu = VirtualGpu.builder().build()) {
            gpu.failNextCall("cuInit", CudaResult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH);
            assertThat(reasons(on(gpu)))
                    .singleElement()
                    .asString()
                    .contains("cuInit", "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "803", "Restart the machine");
        }
    }

    @Test
    void noGpuIsAReason() {
        try (VirtualGpu gpu = VirtualGpu.builder().withoutDevice().build()) {
            assertThat(reasons(on(gpu))).singleElement().asString().contains("CUDA_VISIBLE_DEVICES");
        }
    }

    @Test
    void anOldGpuIsAReasonWithItsNameAndCapability() {
        try (VirtualGpu gpu =
                VirtualGpu.builder().name("Quadro P400").computeCapability(6, 1).build()) {
            assertThat(reasons(on(gpu))).singleElement().asString().contains("Quadro P400", "6.1", "7.5");
        }
    }

    @Test
    void anOldGpuBesideANewOneIsAHint() {
        try (VirtualGpu gpu = VirtualGpu.builder()
                .name("old")
                .computeCapability(6, 1)
                .andDevice()
                .name("new")
                .computeCapability(9, 0)
                .build()) {
            Availability.Available available = (Availability.Available) on(gpu).availability();
            assertThat(available.devices()).singleElement().satisfies(device -> {
                assertThat(device.id()).startsWith("GPU-");
                assertThat(device.description()).contains("new", "9.0");
            });
            assertThat(available.hints()).singleElement().asString().contains("old", "6.1");
        }
    }

    @Test
    void aGpuIsChosenByItsNumberOrItsUuid() {
        UUID uuid = UUID.fromString("3f2504e0-4f89-11d3-9a0c-0305e82c3301");
        try (VirtualGpu gpu = VirtualGpu.builder()
                        .memoryBytes(1L << 30)
                        .andDevice()
                        .name("second")
                        .uuid(uuid)
                        .build();
                RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.F32)) {
            CudaBackendProvider provider = on(gpu);
            for (String id : List.of("1", "GPU-" + uuid)) {
                LoadOptions options = OPTIONS.mutate().devices(List.of(id)).build();
                try (LoadedModel model = provider.load(checkpoint, options, LoadProgress.NONE)) {
                    assertThat(model.options().devices()).containsExactly("GPU-" + uuid);
                    assertThat(model.description()).contains("second");
                }
            }
            assertThatExceptionOfType(BackendUnavailableException.class)
                    .isThrownBy(() -> provider.load(
                            checkpoint, OPTIONS.mutate().devices(List.of("7")).build(), LoadProgress.NONE))
                    .withMessageContaining("7")
                    .withMessageContaining("GPU-" + uuid);
        }
    }

    @Test
    void aModelThatDoesNotFitIsRefusedBeforeItTakesMemory() {
        try (VirtualGpu gpu = VirtualGpu.builder().memoryBytes(256L << 20).build();
                RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.F32)) {
            assertThatExceptionOfType(InsufficientMemoryException.class)
                    .isThrownBy(() -> on(gpu).load(checkpoint, OPTIONS, LoadProgress.NONE))
                    .withMessageContaining("free")
                    .withMessageContaining("weights as f32");
            assertThat(gpu.counters().calls("cuMemAlloc_v2")).isZero();
        }
    }

    @Test
    void theCacheTakesWhatIsLeftUnlessToldOtherwise() {
        try (VirtualGpu gpu = VirtualGpu.builder().memoryBytes(1L << 30).build();
                RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.F32);
                LoadedModel model = on(gpu).load(
                                checkpoint,
                                OPTIONS.mutate().keyValueCacheBytes(0).build(),
                                LoadProgress.NONE)) {
            assertThat(model.cacheLayout().groups()).allMatch(group -> group.blockCount() > 0);
            assertThat(model.options().keyValueCacheBytes()).isBetween(1L, 1L << 29);
        }
    }
}
