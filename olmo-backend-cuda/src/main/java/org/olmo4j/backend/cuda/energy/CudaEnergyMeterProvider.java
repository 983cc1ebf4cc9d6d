package org.olmo4j.backend.cuda.energy;

import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.olmo4j.backend.Availability;
import org.olmo4j.backend.BackendProvider;
import org.olmo4j.backend.cuda.CudaBackendProvider;
import org.olmo4j.backend.cuda.energy.Nvml.NvmlException;
import org.olmo4j.energy.EnergyMeter;
import org.olmo4j.energy.EnergyMeterProvider;
import org.olmo4j.energy.FoundMeters;
import org.olmo4j.energy.MeterOptions;

/**
 * The counters of all GPUs that this process may use; where there is no GPU, nothing, and no note either: its energy is in no figure because there is none.
 * Thread-safe.
 */
public final class CudaEnergyMeterProvider implements EnergyMeterProvider {

    private final BackendProvider backend;
    private final Supplier<Optional<SymbolLookup>> library;

    /** For the ServiceLoader: this machine. */
    public CudaEnergyMeterProvider() {
        this(new CudaBackendProvider(), Nvml::library);
    }

    /**
     * With libraries of one's own choice, as tests use them.
     *
     * @param backend knows the GPUs
     * @param library finds the functions of NVML; empty if there is none
     */
    public CudaEnergyMeterProvider(BackendProvider backend, Supplier<Optional<SymbolLookup>> library) {
        this.backend = backend;
        this.library = library;
    }

    @Override
    public FoundMeters find(MeterOptions options) {
        return switch (backend.availability()) {
            case Availability.Unavailable unavailable -> new FoundMeters(List.of(), List.of());
            case Availability.Available(List<Availability.Device> devices, List<String> hints) -> find(devices);
        };
    }

    private FoundMeters find(List<Availability.Device> devices) {
        Optional<SymbolLookup> symbols = library.get();
        if (symbols.isEmpty()) {
            return unavailable("NVIDIA's management library (libnvidia-ml.so.1) is not on this machine");
        }
        try {
            Nvml nvml = new Nvml(symbols.get());
            nvml.init();
            return find(nvml, devices);
        } catch (UnsatisfiedLinkError | NvmlException e) {
            return unavailable(String.valueOf(e.getMessage()));
        }
    }

    private static FoundMeters unavailable(String reason) {
        return new FoundMeters(List.of(), List.of("The GPU's energy is unavailable: " + reason));
    }

    private FoundMeters find(Nvml nvml, List<Availability.Device> devices) {
        List<EnergyMeter> meters = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (Availability.Device device : devices) {
            try {
                meters.add(new NvmlMeter(nvml, device.id(), backend.name()));
            } catch (NvmlException e) {
                notes.add("The energy of GPU " + device.id() + " is unavailable: " + e.getMessage());
            }
        }
        return new FoundMeters(meters, notes);
    }
}
