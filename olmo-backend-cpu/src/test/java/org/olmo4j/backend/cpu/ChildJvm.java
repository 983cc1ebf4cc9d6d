package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own with this one's class path, for what a running JVM cannot change about itself. */
final class ChildJvm {

    private static final int MINUTES = 30;

    private ChildJvm() {}

    /**
     * Runs a main class to its end.
     *
     * @param flags of the JVM
     * @param main class with a main method
     * @param arguments of the program
     * @return what it printed; the test fails if its exit code is not 0
     */
    static String run(List<String> flags, Class<?> main, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as("exit code, after:%n%s", output).isZero();
        return output;
    }
}
