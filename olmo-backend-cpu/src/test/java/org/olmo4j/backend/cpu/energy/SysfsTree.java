package org.olmo4j.backend.cpu.energy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.olmo4j.energy.FoundMeters;
import org.olmo4j.energy.MeterOptions;

/** The kernel's folders as a test wants them; what is in their files is held in memory, and can fail as ordinary files do not. */
public final class SysfsTree {

    public static final long INTEL_RANGE = 262_143_328_850L;
    public static final long AMD_RANGE = 65_532_610_987L;

    private final Path root;
    private final Map<Path, String> texts = new HashMap<>();
    private final Map<Path, IOException> failures = new HashMap<>();

    public SysfsTree(Path folder) throws IOException {
        root = Files.createDirectories(folder.resolve("powercap"));
    }

    /** Adds a power domain, such as {@code intel-rapl:0} with the name {@code package-0}. */
    public SysfsTree domain(String folder, String name, long microjoules, long range) {
        write(folder, "name", name + "\n");
        write(folder, "max_energy_range_uj", range + "\n");
        return energy(folder, microjoules);
    }

    public SysfsTree energy(String folder, long microjoules) {
        return energy(folder, Long.toString(microjoules));
    }

    public SysfsTree energy(String folder, String text) {
        return write(folder, "energy_uj", text + "\n");
    }

    public SysfsTree write(String folder, String file, String text) {
        try {
            Files.createDirectories(root.resolve(folder));
            texts.put(root.resolve(folder).resolve(file), text);
            return this;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Reading a counter fails. */
    public SysfsTree fail(String folder, IOException failure) {
        failures.put(counter(folder), failure);
        return this;
    }

    public SysfsTree heal(String folder) {
        failures.remove(counter(folder));
        return this;
    }

    /** The counter is gone. */
    public SysfsTree remove(String folder) {
        texts.remove(counter(folder));
        return this;
    }

    public Path counter(String folder) {
        return root.resolve(folder).resolve("energy_uj");
    }

    /** What the backend finds. There is no {@code /proc/stat}, so that the machine is ours alone. */
    public FoundMeters find(MeterOptions options) {
        return new CpuEnergyMeterProvider(root, root.resolve("stat"), this::open).find(options);
    }

    CounterFile open(Path path) {
        return () -> {
            IOException failure = failures.get(path);
            if (failure != null) {
                throw failure;
            }
            String text = texts.get(path);
            if (text == null) {
                throw new NoSuchFileException(path.toString());
            }
            return text;
        };
    }
}
