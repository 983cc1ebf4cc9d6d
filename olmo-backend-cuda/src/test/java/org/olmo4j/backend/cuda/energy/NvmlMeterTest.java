package org.olmo4j.backend.cuda.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.olmo4j.backend.cuda.CudaBackendProvider;
import org.olmo4j.backend.cuda.virtual.VirtualGpu;
import org.olmo4j.backend.cuda.virtual.driver.VirtualNvml;
import org.olmo4j.energy.Component;
import org.olmo4j.energy.EnergyMeter;
import org.olmo4j.energy.FoundMeters;
import org.olmo4j.energy.MeterOptions;
import org.olmo4j.energy.MeterReading;
import org.olmo4j.energy.Provenance;

/** A GPU's energy is counted, or unavailable with the reason; never zero for unknown. */
class NvmlMeterTest {

    private static FoundMeters find(VirtualGpu gpu) {
        return new CudaEnergyMeterProvider(
                        new CudaBackendProvider(() -> Optional.of(gpu.symbols())), () -> Optional.of(gpu.nvmlSymbols()))
                .find(MeterOptions.DEFAULT);
    }

    @Test
    void theCounterOfTheBoardIsReadInMicrojoules() {
        try (VirtualGpu gpu = VirtualGpu.builder().build()) {
            gpu.nvml().setPowerLimitMilliwatts(700_000);
            FoundMeters found = find(gpu);
            assertThat(found.notes()).isEmpty();
            EnergyMeter meter = found.meters().getFirst();
            assertThat(meter.description().covers()).isEqualTo(Component.GPU);
            assertThat(meter.description().backend()).contains("cuda");
            assertThat(meter.description().provenance()).isEqualTo(Provenance.MEASURED);
            assertThat(meter.description().maxWatts()).isEqualTo(1400);
            long before = ((MeterReading.Energy) meter.read()).microjoules();
            gpu.nvml().consume(1_234);
            assertThat(((MeterReading.Energy) meter.read()).microjoules() - before)
                    .isEqualTo(1_234_000);
        }
    }

    @Test
    void aGpuThatIsLostIsAMissingReadingWithTheReason() {
        try (VirtualGpu gpu = VirtualGpu.builder().build()) {
            EnergyMeter meter = find(gpu).meters().getFirst();
            gpu.nvml().setResult("nvmlDeviceGetTotalEnergyConsumption", VirtualNvml.ERROR_GPU_IS_LOST);
            assertThat(meter.read())
                    .isInstanceOfSatisfying(
                            MeterReading.Missing.class,
                            missing ->
                                    assertThat(missing.reason()).contains("nvmlDeviceGetTotalEnergyConsumption", "15"));
        }
    }

    @Test
    void aDividedGpuIsUnavailableWithTheReason() {
        try (VirtualGpu gpu = VirtualGpu.builder().build()) {
            gpu.nvml().setMig(true);
            FoundMeters found = find(gpu);
            assertThat(found.meters()).isEmpty();
            assertThat(found.notes()).singleElement().asString().contains("MIG");
        }
    }

    @Test
    void aGpuWithoutACounterIsUnavailableWithTheReason() {
        try (VirtualGpu gpu = VirtualGpu.builder().build()) {
            gpu.nvml().setResult("nvmlDeviceGetTotalEnergyConsumption", VirtualNvml.ERROR_NOT_SUPPORTED);
            FoundMeters found = find(gpu);
            assertThat(found.meters()).isEmpty();
            assertThat(found.notes()).singleElement().asString().contains("nvmlDeviceGetTotalEnergyConsumption");
        }
    }

    @Test
    void aMissingLibraryIsSaid() {
        try (VirtualGpu gpu = VirtualGpu.builder().withoutNvml().build()) {
            FoundMeters found = new CudaEnergyMeterProvider(
                            new CudaBackendProvider(() -> Optional.of(gpu.symbols())), Optional::empty)
                    .find(MeterOptions.DEFAULT);
            assertThat(found.meters()).isEmpty();
            assertThat(found.notes()).singleElement().asString().contains("libnvidia-ml.so.1");
        }
    }

    @Test
    void aMachineWithoutAGpuHasNothingToCount() {
        FoundMeters found = new CudaEnergyMeterProvider(new CudaBackendProvider(Optional::empty), Optional::empty)
                .find(MeterOptions.DEFAULT);
        assertThat(found.meters()).isEmpty();
        assertThat(found.notes()).isEmpty();
    }
}
