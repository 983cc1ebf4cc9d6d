package org.olmo4j.backend.cuda.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.olmo4j.backend.cuda.virtual.driver.VirtualNvml;

@SuppressWarnings("restricted") // Calling native functions is what is tested.
class VirtualNvmlTest {

    @Test
    void tellsWhatTheTestSays() throws Throwable {
        try (VirtualGpu gpu = VirtualGpu.builder().name("Metered GPU").build()) {
            RawDriver nvml = new RawDriver(gpu.nvmlSymbols());
            MemorySegment uuid = nvml.text("GPU-" + gpu.devices().getFirst().uuid());
            MemorySegment handle = nvml.room(8);
            assertThat(nvml.call("nvmlDeviceGetHandleByUUID", uuid, handle)).isEqualTo(VirtualNvml.ERROR_UNINITIALIZED);
            nvml.succeed("nvmlInit_v2");
            nvml.succeed("nvmlDeviceGetHandleByUUID", uuid, handle);
            long device = handle.get(ValueLayout.JAVA_LONG, 0);
            gpu.nvml().consume(1234);
            gpu.nvml().consume(1);
            gpu.nvml().setPowerMilliwatts(250_000);
            gpu.nvml().setPowerLimitMilliwatts(400_000);

            MemorySegment value = nvml.room(64);
            nvml.succeed("nvmlDeviceGetTotalEnergyConsumption", device, value);
            assertThat(value.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(1235);
            nvml.succeed("nvmlDeviceGetPowerUsage", device, value);
            assertThat(value.get(ValueLayout.JAVA_INT, 0)).isEqualTo(250_000);
            nvml.succeed("nvmlDeviceGetEnforcedPowerLimit", device, value);
            assertThat(value.get(ValueLayout.JAVA_INT, 0)).isEqualTo(400_000);
            nvml.succeed("nvmlDeviceGetName", device, value, 64);
            assertThat(value.getString(0)).isEqualTo("Metered GPU");
            gpu.nvml().setMig(true);
            nvml.succeed("nvmlDeviceGetMigMode", device, value, value.asSlice(4));
            assertThat(value.get(ValueLayout.JAVA_INT, 0)).isEqualTo(1);

            gpu.nvml().setResult("nvmlDeviceGetTotalEnergyConsumption", VirtualNvml.ERROR_NOT_SUPPORTED);
            assertThat(nvml.call("nvmlDeviceGetTotalEnergyConsumption", device, value))
                    .isEqualTo(VirtualNvml.ERROR_NOT_SUPPORTED);
            assertThat(errorString(gpu, VirtualNvml.ERROR_NOT_SUPPORTED)).isEqualTo("Not Supported");
            assertThat(nvml.call("nvmlDeviceGetHandleByUUID", nvml.text("GPU-0"), handle))
                    .isEqualTo(VirtualNvml.ERROR_NOT_FOUND);
            assertThat(gpu.nvml().initialisations()).isEqualTo(1);
            nvml.succeed("nvmlShutdown");
            assertThat(nvml.call("nvmlShutdown")).isEqualTo(VirtualNvml.ERROR_UNINITIALIZED);
        }
    }

    private static String errorString(VirtualGpu gpu, int result) throws Throwable {
        MemorySegment text = (MemorySegment) Linker.nativeLinker()
                .downcallHandle(
                        gpu.nvmlSymbols().find("nvmlErrorString").orElseThrow(),
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT))
                .invoke(result);
        return text.reinterpret(64, Arena.global(), null).getString(0);
    }
}
