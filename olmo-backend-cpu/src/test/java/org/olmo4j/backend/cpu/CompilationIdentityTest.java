package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.backend.cpu.kernel.KernelChoice;

/**
 * The same bits from the interpreter, from a first run, and from compiled code. In every build the widths of 128 and 256 bits
 * on one weight type and one model only; with the profile {@code long-tests} on all.
 */
class CompilationIdentityTest {

    /** More calls of each inner loop than it takes until the optimizing compiler has compiled it. */
    private static final int REPETITIONS = 10;

    @TempDir
    private Path folder;

    @Test
    void interpreterFirstRunAndCompiledCodeGiveTheSameBits() throws Exception {
        compare(true);
    }

    @Tag("long")
    @Test
    void interpreterFirstRunAndCompiledCodeGiveTheSameBitsForAllWeightTypesAtAllWidths() throws Exception {
        compare(false);
    }

    private void compare(boolean some) throws IOException, InterruptedException {
        Map<String, String> here = CompilationDigest.digests(some);
        int types = WeightHolding.values().length;
        assertThat(here).hasSize(some ? 2 * types + 4 : 8 * types);
        // Kernels agree: a digest for each weight type and model.
        assertThat(here.values().stream().distinct()).hasSize(some ? types + 1 : 2 * types);
        Run interpreted = run(some, 0, "-Xint");
        assertThat(interpreted.digests("first")).isEqualTo(here);

        // Compiling at once, so that after so many calls it is done.
        Run compiled = run(some, REPETITIONS, "-Xbatch", "-XX:+PrintCompilation");
        assertThat(compiled.digests("first")).isEqualTo(here);
        assertThat(compiled.digests("warm")).isEqualTo(here);
        for (String method : List.of(
                "ScalarKernels::dot",
                "VectorRows::f32",
                "VectorRows::f16",
                "VectorRows::bf16",
                "VectorRows::int8",
                "VectorRows::tile4",
                "VectorInt4::multiplyBlocks")) {
            assertThat(compiled.output().lines().anyMatch(line -> compiledByC2(line, method)))
                    .as("the optimizing compiler has compiled %s", method)
                    .isTrue();
        }
    }

    /** A line such as {@code 812 1034 % b 4 org.olmo4j.backend.cpu.kernel.ScalarKernels::dot @ 21 (412 bytes)}. */
    private static boolean compiledByC2(String line, String method) {
        return line.matches("\\s*\\d+\\s+\\d+[\\s%sb!n]+4\\s+\\S*" + method.replace("::", "\\S*::") + " .*");
    }

    /**
     * What a JVM gave.
     *
     * @param lines digests
     * @param output the rest
     */
    private record Run(List<String> lines, String output) {

        Map<String, String> digests(String when) {
            Map<String, String> digests = new TreeMap<>();
            for (String line : lines) {
                String[] parts = line.split(" ");
                if (parts[0].equals(when)) {
                    digests.put(parts[1], parts[2]);
                }
            }
            return digests;
        }
    }

    private Run run(boolean some, int repetitions, String... flags) throws IOException, InterruptedException {
        Path file = folder.resolve("digests");
        List<String> all = new ArrayList<>(List.of(flags));
        all.addAll(List.of(KernelChoice.VECTOR_FLAG, "--enable-native-access=ALL-UNNAMED"));
        String output = ChildJvm.run(
                all, CompilationDigest.class, file.toString(), String.valueOf(repetitions), String.valueOf(some));
        return new Run(Files.readAllLines(file), output);
    }
}
