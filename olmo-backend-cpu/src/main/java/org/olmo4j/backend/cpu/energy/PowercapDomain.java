package org.olmo4j.backend.cpu.energy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * One folder of the kernel's power capping framework, such as {@code intel-rapl:0}.
 *
 * @param folder where its files are
 * @param name as the kernel calls it: {@code package-0}, {@code dram}, {@code core}, {@code psys}
 * @param parent folder name of the domain that it is part of; empty for a package
 * @param open opens files
 */
record PowercapDomain(Path folder, String name, String parent, Function<Path, CounterFile> open) {

    private static final double DEFAULT_MAX_WATTS = 2_000;
    private static final double LEAST_MAX_WATTS = 100;
    /** Bursts exceed the limits for milliseconds, and the limits of a domain need not be enforced. */
    private static final double MARGIN = 2;

    /** A counter of its own package: not a part of one, and not the whole board. */
    boolean isPackage() {
        return parent.isEmpty() && name.startsWith("package-");
    }

    /** Memory is the one part that the package does not contain. */
    boolean isMemory() {
        return !parent.isEmpty() && name.equals("dram");
    }

    /** The same domain through the older interface, which is the one that is preferred, is there too. */
    boolean throughMemoryMappedRegisters() {
        return folder.getFileName().toString().startsWith("intel-rapl-mmio");
    }

    Path counter() {
        return folder.resolve("energy_uj");
    }

    /** What a wrap adds. The true period is one unit of the counter more, 61 or 15 microjoules. */
    OptionalLong wrapMicrojoules() {
        long range = number("max_energy_range_uj");
        return range > 0 ? OptionalLong.of(range) : OptionalLong.empty();
    }

    /** Twice its highest power limit; 2 kW where it names none, as on AMD. */
    double maxWatts() {
        long microwatts = 0;
        for (int constraint = 0; constraint < 3; constraint++) {
            microwatts = Math.max(microwatts, number("constraint_" + constraint + "_power_limit_uw"));
            microwatts = Math.max(microwatts, number("constraint_" + constraint + "_max_power_uw"));
        }
        double watts = MARGIN * microwatts / 1e6;
        return watts == 0 ? DEFAULT_MAX_WATTS : Math.clamp(watts, LEAST_MAX_WATTS, DEFAULT_MAX_WATTS);
    }

    /** A number from one of its files; 0 if it is not there. */
    private long number(String file) {
        try (CounterFile open = open().apply(folder.resolve(file))) {
            return Math.max(0, Long.parseLong(open.read().strip()));
        } catch (IOException | NumberFormatException absent) { // NOPMD: both mean that the kernel does not say
            return 0;
        }
    }
}
