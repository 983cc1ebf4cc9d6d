package org.olmo4j.hosts.matrix;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An application in a JVM of its own, in a working directory of its own. */
final class RunningHost implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Pattern PORT = Pattern.compile("(?:Tomcat|Netty) started on port (\\d+)");
    private static final Pattern STARTED = Pattern.compile("Started \\w+ in ");
    private static final Path DEMO_MODEL = Path.of("../sample-app/src/main/resources/demo-model")
            .toAbsolutePath()
            .normalize();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final Path workingDirectory;
    private final Path log;
    private final String address;

    private RunningHost(Process process, Path workingDirectory, Path log) throws IOException, InterruptedException {
        this.process = process;
        this.workingDirectory = workingDirectory;
        this.log = log;
        this.address = "http://127.0.0.1:" + awaitPort();
    }

    /**
     * Starts an application, and waits until it has started. The command is the same with and without the starter, but for the class path.
     *
     * @param jars its class path, beside the classes of this module
     * @param folder empty; for its log, and for its working directory
     */
    static RunningHost start(Host host, List<Path> jars, Path folder) throws IOException, InterruptedException {
        Path workingDirectory = Files.createDirectories(folder.resolve("work"));
        Path log = folder.resolve("log.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Short runs: the first compiler and the simplest collector are enough.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                Stream.concat(Stream.of(Path.of("target", "test-classes").toAbsolutePath()), jars.stream())
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator)),
                host.mainClass(),
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--spring.config.additional-location=optional:classpath:" + host.folder(),
                "--management.endpoints.web.exposure.include=*",
                "--management.endpoint.health.show-details=always",
                "--olmo.model=" + DEMO_MODEL,
                "--olmo.load.start-wait=1m"));
        Process process = new ProcessBuilder(command)
                .directory(workingDirectory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            return new RunningHost(process, workingDirectory, log);
        } catch (IOException | InterruptedException | RuntimeException | Error failure) {
            process.destroyForcibly();
            throw failure;
        }
    }

    private String awaitPort() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            boolean ended = process.waitFor(100, TimeUnit.MILLISECONDS);
            String lines = Files.readString(log);
            Matcher port = PORT.matcher(lines);
            if (STARTED.matcher(lines).find() && port.find()) {
                return port.group(1);
            }
            if (ended || System.nanoTime() > deadline) {
                throw new AssertionError("The application has not started:\n" + lines);
            }
        }
    }

    /** The answer to a GET as it came, with status and content type. */
    String text(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create(address + path)).build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " "
                + response.headers().firstValue("Content-Type").orElse("") + "\n" + response.body();
    }

    /** The answer of an actuator endpoint. */
    JsonNode actuator(String endpoint) throws IOException, InterruptedException {
        String answer = text("/actuator/" + endpoint);
        if (!answer.startsWith("200 ")) {
            throw new AssertionError(endpoint + " answers " + answer);
        }
        return JsonMapper.shared().readTree(answer.substring(answer.indexOf('\n') + 1));
    }

    Path workingDirectory() {
        return workingDirectory;
    }

    /** Ends it as an operator would. */
    @Override
    public void close() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(PATIENCE)) {
            process.destroyForcibly();
            throw new AssertionError("The application has not ended:\n" + Files.readString(log));
        }
    }
}
