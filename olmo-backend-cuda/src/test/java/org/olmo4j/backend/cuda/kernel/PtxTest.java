package org.olmo4j.backend.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.backend.cuda.driver.ComputeCapability;

/** The PTX in the jar is that of the sources beside it, and every GPU gets the newest that it can run. */
class PtxTest {

    private static final Path SOURCES = Path.of("src", "main", "cuda");
    private static final Path RESOURCES =
            Path.of("src", "main", "resources", "org", "olmo4j", "backend", "cuda", "kernel");
    private static final List<String> FILES = List.of("olmo_75.ptx", "olmo_80.ptx", "olmo_90.ptx");

    /** Without nvcc: the scripts' hash of the sources, in its order, is in each file's first line. */
    @ParameterizedTest
    @ValueSource(strings = {"olmo_75.ptx", "olmo_80.ptx", "olmo_90.ptx"})
    void ptxNamesTheSourcesItWasMadeOf(String file) throws Exception {
        String firstLine;
        try (Stream<String> lines = Files.lines(RESOURCES.resolve(file))) {
            firstLine = lines.findFirst().orElseThrow();
        }
        assertThat(firstLine)
                .as("The kernels changed: run src/main/cuda/ptx.sh and commit what it writes")
                .isEqualTo("// sources: sha256 " + hashOfSources());
    }

    private static String hashOfSources() throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String suffix : List.of(".cu", ".cuh")) {
            try (Stream<Path> files = Files.list(SOURCES)) {
                for (Path file : files.filter(path -> path.toString().endsWith(suffix))
                        .sorted()
                        .toList()) {
                    all.writeBytes(Files.readAllBytes(file));
                }
            }
        }
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all.toByteArray()));
    }

    @Test
    void nvccMakesTheSamePtxOfTheSources(@TempDir Path folder) throws Exception {
        assumeThat(hasNvcc()).as("nvcc is installed").isTrue();
        Process script = new ProcessBuilder(
                        SOURCES.resolve("ptx.sh").toAbsolutePath().toString(), folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        assertThat(script.waitFor(5, TimeUnit.MINUTES)).isTrue();
        String log = Files.readString(folder.resolve("log"));
        assertThat(script.exitValue()).as(log).isZero();
        for (String file : FILES) {
            assertThat(Files.mismatch(folder.resolve(file), RESOURCES.resolve(file)))
                    .as("first byte of %s that is not as committed", file)
                    .isEqualTo(-1);
        }
        assertThat(log.lines())
                .as("what ptxas says of registers that had to go to memory")
                .allMatch(line -> line.contains("0 bytes spill stores, 0 bytes spill loads"));
    }

    private static boolean hasNvcc() {
        try {
            return new ProcessBuilder("nvcc", "--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException absent) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({"7,5,7.5", "8,0,8.0", "8,6,8.0", "8,9,8.0", "9,0,9.0", "10,0,9.0", "12,0,9.0"})
    void aGpuGetsTheNewestKernelsThatItRuns(int major, int minor, String kernels) {
        assertThat(Ptx.of(new ComputeCapability(major, minor)).orElseThrow().capability())
                .hasToString(kernels);
    }

    @ParameterizedTest
    @CsvSource({"7,0", "6,1", "3,5"})
    void thereAreNoneForOlderGpus(int major, int minor) {
        assertThat(Ptx.of(new ComputeCapability(major, minor))).isEmpty();
    }
}
