package org.olmo4j.backend.cpu.energy;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.olmo4j.energy.EnergyMeterProvider;
import org.olmo4j.energy.FoundMeters;
import org.olmo4j.energy.MeterOptions;

/** The processor's counters where they can be read, else a model of it. Thread-safe. */
public final class CpuEnergyMeterProvider implements EnergyMeterProvider {

    private final Path powercap;
    private final Path machineTimes;
    private final Function<Path, CounterFile> open;

    /** For the ServiceLoader: this machine. */
    public CpuEnergyMeterProvider() {
        this(Path.of("/sys/class/powercap"), Path.of("/proc/stat"), CounterFile.Kept::new);
    }

    /**
     * For tests: files of one's own.
     *
     * @param powercap the kernel's folder of power domains
     * @param machineTimes the kernel's processor times
     * @param open opens files
     */
    CpuEnergyMeterProvider(Path powercap, Path machineTimes, Function<Path, CounterFile> open) {
        this.powercap = powercap;
        this.machineTimes = machineTimes;
        this.open = open;
    }

    @Override
    public FoundMeters find(MeterOptions options) {
        LongSupplier ownNanos = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)::getProcessCpuTime;
        ProcessShare share = new ProcessShare(open.apply(machineTimes), ownNanos, System::nanoTime);
        FoundMeters counters = new Powercap(powercap, open, share).find();
        if (!counters.meters().isEmpty()) {
            return counters;
        }
        int processors = Runtime.getRuntime().availableProcessors();
        double watts = options.processorWatts().orElse(ModelledMeter.WATTS_PER_PROCESSOR * processors);
        List<String> notes = new ArrayList<>(counters.notes());
        notes.add("The processor's energy is modelled, not measured");
        return new FoundMeters(
                List.of(new ModelledMeter(
                        watts, options.processorWatts().isPresent(), processors, ownNanos, System::nanoTime)),
                notes);
    }
}
