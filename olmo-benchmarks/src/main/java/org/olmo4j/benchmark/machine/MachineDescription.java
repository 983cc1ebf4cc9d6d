package org.olmo4j.benchmark.machine;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a figure was measured on.
 *
 * @param processor its name, as the system has it
 * @param processors how many this JVM may use
 * @param memoryBytes of the machine, or of its container
 * @param system name and architecture
 * @param java vendor's name and version of the JVM
 */
public record MachineDescription(String processor, int processors, long memoryBytes, String system, String java) {

    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    /**
     * Describes this one.
     *
     * @return what JVM and system tell
     */
    public static MachineDescription read() {
        return new MachineDescription(
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    }

    private static String processorName() {
        if (!Files.exists(PROCESSORS)) {
            return "unknown";
        }
        try (var lines = Files.lines(PROCESSORS)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            // The name is for people; a figure without it is still one.
            return "unknown (" + e.getMessage() + ")";
        }
    }
}
