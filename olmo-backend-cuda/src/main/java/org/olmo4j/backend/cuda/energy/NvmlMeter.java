package org.olmo4j.backend.cuda.energy;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.olmo4j.backend.cuda.energy.Nvml.NvmlException;
import org.olmo4j.energy.Component;
import org.olmo4j.energy.EnergyMeter;
import org.olmo4j.energy.MeterDescription;
import org.olmo4j.energy.MeterReading;
import org.olmo4j.energy.Provenance;

/** The counter of a GPU's whole board, memory included. It starts again when the driver is loaded anew, which the reader sees as a lower value. */
final class NvmlMeter implements EnergyMeter {

    /** The driver renews the counter every 20 to 100 ms, by the generation of the GPU. */
    private static final Duration RENEWAL = Duration.ofMillis(100);

    /** Short peaks go over the limit, which the board holds on average. */
    private static final double PEAK = 2;

    private static final double MILLIWATTS = 1000;
    private static final long MICROJOULES = 1000;

    private final Nvml nvml;
    private final long device;
    private final MeterDescription description;

    /**
     * Makes a meter.
     *
     * @param nvml that was started
     * @param uuid of the GPU
     * @param backend whose steps run on it
     * @throws NvmlException if the GPU cannot be found there, or has no counter
     */
    NvmlMeter(Nvml nvml, String uuid, String backend) throws NvmlException {
        this.nvml = nvml;
        this.device = nvml.deviceGetHandleByUuid(uuid);
        if (nvml.deviceIsDivided(device)) {
            throw new NvmlException("the GPU is divided (MIG), and its counter is that of all its parts");
        }
        // Also asked for once, so that a GPU without a counter shows here.
        nvml.deviceGetTotalEnergyConsumption(device);
        double limitWatts = nvml.deviceGetEnforcedPowerLimit(device) / MILLIWATTS;
        this.description = new MeterDescription(
                "nvml:" + uuid,
                Component.GPU,
                Provenance.MEASURED,
                Optional.of(backend),
                OptionalLong.empty(),
                limitWatts * PEAK,
                RENEWAL,
                "counted by the GPU (nvmlDeviceGetTotalEnergyConsumption), the whole board with its memory; what other"
                        + " processes do on it counts too");
    }

    @Override
    public MeterDescription description() {
        return description;
    }

    @Override
    public MeterReading read() {
        try {
            return new MeterReading.Energy(nvml.deviceGetTotalEnergyConsumption(device) * MICROJOULES, 1);
        } catch (NvmlException failure) {
            return new MeterReading.Missing(description.name() + " cannot be read: " + failure.getMessage());
        }
    }
}
