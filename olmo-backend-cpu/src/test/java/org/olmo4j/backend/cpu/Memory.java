package org.olmo4j.backend.cpu;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** How much memory this JVM has in use, in bytes. */
final class Memory {

    private static final Path STATUS = Path.of("/proc/self/status");

    private Memory() {}

    /** Live objects of the heap. */
    static long heapAfterCollection() {
        // The second one finds what the first one's cleaners have let go.
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Physical memory; empty where the system does not say. */
    static OptionalLong resident() throws IOException {
        if (!Files.exists(STATUS)) {
            return OptionalLong.empty();
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst();
    }

    /** What arenas have allocated; needs the flag {@code -XX:NativeMemoryTracking=summary}. */
    static long arenas() throws JMException {
        String summary = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "vmNativeMemory",
                        new Object[] {new String[] {"summary", "scale=B"}},
                        new String[] {String[].class.getName()});
        Matcher matcher = Pattern.compile("Other \\(reserved=(\\d+)").matcher(summary);
        if (!matcher.find()) {
            throw new IllegalStateException(summary);
        }
        return Long.parseLong(matcher.group(1));
    }
}
