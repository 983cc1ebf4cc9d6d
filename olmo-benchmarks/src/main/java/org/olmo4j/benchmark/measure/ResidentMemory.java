package org.olmo4j.benchmark.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Memory that this process holds now and held at most, as Linux counts it: heap, off-heap memory, code, and the pages of mapped files that
 * it has touched.
 *
 * @param nowBytes now ({@code VmRSS}); empty where the system does not tell
 * @param peakBytes at most since it started ({@code VmHWM}); empty where the system does not tell
 */
public record ResidentMemory(OptionalLong nowBytes, OptionalLong peakBytes) {

    private static final Path STATUS = Path.of("/proc/self/status");

    /**
     * Asks the system.
     *
     * @return what it says
     */
    public static ResidentMemory read() {
        try {
            return Files.exists(STATUS)
                    ? parse(Files.readAllLines(STATUS))
                    : new ResidentMemory(OptionalLong.empty(), OptionalLong.empty());
        } catch (IOException e) {
            throw new BenchmarkException(STATUS + " cannot be read: " + e, "Mount /proc", e);
        }
    }

    static ResidentMemory parse(List<String> status) {
        return new ResidentMemory(bytes(status, "VmRSS:"), bytes(status, "VmHWM:"));
    }

    /** Lines are as {@code VmRSS:     123456 kB}. */
    private static OptionalLong bytes(List<String> status, String key) {
        return status.stream()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst();
    }
}
