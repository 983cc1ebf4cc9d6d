package org.olmo4j.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.error.TokenizerException;

/** What depends on the state of a fresh Java machine, and so runs in one of its own. */
class NativeLibraryTest {

    @TempDir
    private Path folder;

    /** The program of the other Java machine. */
    static final class LoadTokenizer {

        private LoadTokenizer() {}

        public static void main(String[] arguments) {
            for (int attempt = 0; attempt < 2; attempt++) {
                try (Tokenizer tokenizer = Tokenizer.load(TestData.toy("byte-level", "toy"))) {
                    say("ids " + tokenizer.encode("The quick brown fox").length);
                } catch (TokenizerException e) {
                    say("refused " + e.getMessage());
                }
            }
            say("offline " + System.getProperty("ai.djl.offline") + " flavor " + System.getProperty("RUST_FLAVOR"));
        }

        private static void say(String line) {
            System.out.println("> " + line);
        }
    }

    @Test
    void libraryThatCannotBeFoundIsATypedErrorEachTime() throws Exception {
        List<String> lines = run("-DRUST_LIBRARY_PATH=" + folder);
        assertThat(lines)
                .filteredOn(line -> line.startsWith("refused"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("native tokenizer library", "glibc"));
    }

    @Test
    void libraryForAnotherPlatformIsATypedErrorEachTime() throws Exception {
        Files.writeString(folder.resolve(System.mapLibraryName("tokenizers")), "not a library");
        List<String> lines = run("-DRUST_LIBRARY_PATH=" + folder);
        assertThat(lines)
                .filteredOn(line -> line.startsWith("refused"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("native tokenizer library", "glibc"));
    }

    @Test
    void cacheFolderThatCannotBeWrittenIsATypedErrorThatSaysHowToMoveIt() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        List<String> lines = run("-DDJL_CACHE_DIR=" + file.resolve("cache"));
        assertThat(lines)
                .filteredOn(line -> line.startsWith("refused"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("native tokenizer library", "DJL_CACHE_DIR"));
    }

    @Test
    void loadingKeepsOffTheNetworkUnlessTheUserSaysOtherwise() throws Exception {
        assertThat(run()).contains("offline true flavor null");
        assertThat(run("-Dai.djl.offline=false", "-DOPT_OUT_TRACKING=true")).contains("offline false flavor null");
        assertThat(run("-DOPT_OUT_TRACKING=true")).contains("offline null flavor cpu");
    }

    private List<String> run(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LoadTokenizer.class.getName()));
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment()
                .keySet()
                .removeAll(List.of("DJL_OFFLINE", "OPT_OUT_TRACKING", "RUST_FLAVOR", "RUST_LIBRARY_PATH"));
        Process process = builder.start();
        boolean ended = process.waitFor(2, TimeUnit.MINUTES);
        process.destroyForcibly();
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(ended).as(text).isTrue();
        assertThat(process.exitValue()).as(text).isZero();
        return text.lines()
                .filter(line -> line.startsWith("> "))
                .map(line -> line.substring(2))
                .toList();
    }
}
