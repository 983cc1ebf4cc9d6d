package org.olmo4j.backend.cpu.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Which kernels run on this JVM, and why.
 *
 * @param description which, and why: such as {@code Vector API, 512 bit (what this processor prefers)}
 * @param hints what would make it faster; empty when the fast kernels were chosen
 * @param factory makes the kernels of one thread
 */
public record KernelChoice(String description, List<String> hints, Supplier<Kernels> factory) {

    /** The JVM flag without which the Vector API cannot be seen. */
    public static final String VECTOR_FLAG = "--add-modules=jdk.incubator.vector";

    /** The tier of HotSpot's optimizing compiler. */
    private static final int C2_LEVEL = 4;

    /** Copies the list. */
    public KernelChoice {
        hints = List.copyOf(hints);
    }

    /**
     * The fastest kernels that this JVM runs well.
     *
     * @return vector kernels of the preferred width, or scalar ones with the reason
     */
    public static KernelChoice best() {
        return obstacle()
                .map(reason -> new KernelChoice(
                        "scalar kernels (the Vector API cannot be used)", List.of(reason), ScalarKernels::new))
                .orElseGet(() -> new KernelChoice(
                        "Vector API, " + preferredBits() + " bit (what this processor prefers)",
                        List.of(),
                        VectorKernels::new));
    }

    /**
     * Plain Java, chosen rather than fallen back to.
     *
     * @return scalar kernels
     */
    public static KernelChoice scalar() {
        return new KernelChoice("scalar kernels (as chosen)", List.of(), ScalarKernels::new);
    }

    /**
     * The Vector API at a forced width; the module must be there.
     *
     * @param bits 64, 128, 256 or 512
     * @return vector kernels
     */
    public static KernelChoice vector(int bits) {
        Supplier<Kernels> factory = bits == preferredBits() ? VectorKernels::new : VectorWidths.kernels(bits);
        return new KernelChoice("Vector API, " + bits + " bit (as chosen)", List.of(), factory);
    }

    private static int preferredBits() {
        return Math.min(
                jdk.incubator.vector.FloatVector.SPECIES_PREFERRED.vectorBitSize(), Contract.LANES * Float.SIZE);
    }

    /** The first thing that speaks against the Vector API. Presence of the module is not enough: without C2 it is many times slower. */
    private static Optional<String> obstacle() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return Optional.of("The JVM was started without the Vector API; start it with " + VECTOR_FLAG
                    + " for many times the speed");
        }
        String machine = System.getProperty("java.vm.name", "unknown");
        if (!machine.contains("HotSpot") && !machine.contains("OpenJDK")) {
            return Optional.of("The Vector API is slow on the JVM '" + machine + "'; a HotSpot JVM runs it fast");
        }
        if (ManagementFactory.getCompilationMXBean() == null) {
            return Optional.of(
                    "The JVM runs without its compiler (-Xint), which the Vector API needs; remove that flag");
        }
        if (flagIs("TieredStopAtLevel", level -> Integer.parseInt(level) < C2_LEVEL)
                || flagIs("CompilationMode", "quick-only"::equals)) {
            return Optional.of("The JVM runs without its optimizing compiler, which the Vector API needs; remove "
                    + "-XX:TieredStopAtLevel or -XX:CompilationMode (spring-boot:run adds the former unless its "
                    + "optimizedLaunch is false)");
        }
        if (flagIs("UseFMA", "false"::equals)) {
            return Optional.of(
                    "The processor has no fused multiply-add, or -XX:-UseFMA hides it: every step is very slow");
        }
        if (preferredBits() < 128) {
            return Optional.of("The processor's vectors have only " + preferredBits() + " bit");
        }
        return Optional.empty();
    }

    private static boolean flagIs(String flag, Predicate<String> condition) {
        try {
            return condition.test(ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption(flag)
                    .getValue());
        } catch (IllegalArgumentException e) {
            // This JVM does not have that flag.
            return false;
        }
    }
}
