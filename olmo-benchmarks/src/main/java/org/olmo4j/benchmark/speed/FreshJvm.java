package org.olmo4j.benchmark.speed;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.olmo4j.benchmark.measure.BenchmarkException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures in a JVM of its own, started as this one: what was loaded or compiled before then changes neither memory nor times. The task goes
 * to its standard input, the report comes from its standard output.
 */
public final class FreshJvm {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private FreshJvm() {}

    /**
     * Starts a JVM and waits for it.
     *
     * @param mainClass whose main method, called with the arguments, leads to {@link #serve}
     * @param arguments of the main method
     * @param task what to measure
     * @return what the other JVM reported
     * @throws BenchmarkException if it failed; it has said why on standard error
     */
    public static SpeedReport measure(String mainClass, List<String> arguments, SpeedTask task) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        // Of a jar that is started by java -jar, its manifest gives that leave.
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (OutputStream input = process.getOutputStream()) {
                input.write(MAPPER.writeValueAsBytes(task));
            }
            try {
                return report(process, task);
            } finally {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("The measurement was interrupted", "Run it again", e);
        } catch (IOException | JacksonException e) {
            throw new BenchmarkException(
                    "A JVM could not be started or asked: " + e, "Measure in this JVM with --in-process", e);
        }
    }

    private static SpeedReport report(Process process, SpeedTask task) throws IOException, InterruptedException {
        byte[] report = process.getInputStream().readAllBytes();
        int status = process.waitFor();
        if (status != 0) {
            throw new BenchmarkException(
                    "The JVM that measured " + task.name() + " in "
                            + task.format().label() + " ended with status " + status,
                    "See its message above; status 137 often means that memory ran out");
        }
        return MAPPER.readValue(report, SpeedReport.class);
    }

    /**
     * The other side: reads the task, measures, writes the report.
     *
     * @param input standard input
     * @param output standard output, to which nothing else must be written
     * @param progress told one line for each number of sequences
     */
    public static void serve(InputStream input, OutputStream output, Consumer<String> progress) {
        SpeedTask task = MAPPER.readValue(input, SpeedTask.class);
        Instant started = ProcessHandle.current().info().startInstant().orElseGet(FreshJvm::startOfJvm);
        SpeedReport report = new SpeedMeasurement(task, progress).run(started);
        MAPPER.writeValue(output, report);
    }

    private static Instant startOfJvm() {
        return Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
    }
}
