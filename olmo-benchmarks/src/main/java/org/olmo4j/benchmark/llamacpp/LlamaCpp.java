package org.olmo4j.benchmark.llamacpp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.benchmark.measure.Spread;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs {@code llama-bench} and {@code llama-batched-bench}, which llama.cpp's build puts into one folder. Both run in a process of their own
 * for each measurement, warm up before it, and have llama.cpp's defaults wherever nothing is said here.
 */
public final class LlamaCpp {

    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final int LINES_OF_FAILURE = 5;

    private final Path llamaBench;
    private final Path gguf;
    private final int threads;

    /**
     * Prepares to measure a model.
     *
     * @param llamaBench the program {@code llama-bench}; {@code llama-batched-bench} is looked for beside it when it is needed
     * @param gguf the model's file
     * @param threads that compute
     */
    public LlamaCpp(Path llamaBench, Path gguf, int threads) {
        this.llamaBench = llamaBench;
        this.gguf = gguf;
        this.threads = threads;
    }

    /**
     * What is measured.
     *
     * @param build commit and number of llama.cpp's build
     * @param model type and weights of the model, in llama.cpp's words
     */
    public record Description(String build, String model) {}

    /**
     * Asks for build and model, by a run as short as can be.
     *
     * @return what llama-bench says of itself and the file
     * @throws BenchmarkException if it cannot be run or cannot read the file
     */
    public Description describe() {
        return description(run(llamaBench, llamaBenchArguments(1, 0, 1)));
    }

    /**
     * Measures the prefill of one prompt.
     *
     * @param promptTokens of the prompt
     * @param repeats how often
     * @return tokens a second, the median
     * @throws BenchmarkException if it cannot be measured
     */
    public double prefillTokensPerSecond(int promptTokens, int repeats) {
        return medianTokensPerSecond(run(llamaBench, llamaBenchArguments(promptTokens, 0, repeats)));
    }

    /**
     * Measures decoding. One sequence without a context is measured by llama-bench, everything else by llama-batched-bench, which measures
     * once.
     *
     * @param sequences that decode together
     * @param contextTokens that each of them has before
     * @param generatedTokens of each
     * @param repeats how often
     * @return tokens a second of all sequences, the median
     * @throws BenchmarkException if it cannot be measured
     */
    public double decodeTokensPerSecond(int sequences, int contextTokens, int generatedTokens, int repeats) {
        if (sequences == 1 && contextTokens == 0) {
            return medianTokensPerSecond(run(llamaBench, llamaBenchArguments(0, generatedTokens, repeats)));
        }
        Path batched = llamaBench.resolveSibling("llama-batched-bench");
        return batchedTokensPerSecond(run(batched, batchedArguments(sequences, contextTokens, generatedTokens)));
    }

    private List<String> llamaBenchArguments(int promptTokens, int generatedTokens, int repeats) {
        return arguments("-t %d -p %d -n %d -r %d -o json".formatted(threads, promptTokens, generatedTokens, repeats));
    }

    private List<String> batchedArguments(int sequences, int contextTokens, int generatedTokens) {
        int prompt = Math.max(1, contextTokens);
        int allTokens = Math.multiplyExact(sequences, prompt + generatedTokens);
        return arguments("-t %d -c %d -npp %d -ntg %d -npl %d --output-format jsonl"
                .formatted(threads, allTokens, prompt, generatedTokens, sequences));
    }

    private List<String> arguments(String numbers) {
        List<String> arguments = new ArrayList<>(List.of("-m", gguf.toString()));
        arguments.addAll(List.of(numbers.split(" ", -1)));
        return arguments;
    }

    /** An array with one object for each measurement; here it is one. */
    static Description description(String output) {
        JsonNode result = result(output);
        return new Description(
                result.path("build_commit").asString() + " ("
                        + result.path("build_number").asInt() + ")",
                result.path("model_type").asString());
    }

    static double medianTokensPerSecond(String output) {
        List<Double> samples = new ArrayList<>();
        result(output).path("samples_ts").forEach(sample -> samples.add(sample.asDouble()));
        if (samples.isEmpty()) {
            throw unexpected(output, null);
        }
        return Spread.of(samples).median();
    }

    /** A line with an object for each measurement, here one, among empty ones. */
    static double batchedTokensPerSecond(String output) {
        String line = output.lines()
                .filter(candidate -> candidate.startsWith("{"))
                .findFirst()
                .orElseThrow(() -> unexpected(output, null));
        double speed = read(line).path("speed_tg").asDouble(0);
        if (!(speed > 0)) {
            throw unexpected(output, null);
        }
        return speed;
    }

    private static JsonNode result(String output) {
        return read(output).path(0);
    }

    private static JsonNode read(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JacksonException e) {
            throw unexpected(json, e);
        }
    }

    private static BenchmarkException unexpected(String output, @Nullable JacksonException cause) {
        return new BenchmarkException(
                "The output of llama.cpp's program has no measurement where one is expected: " + output.strip(),
                "This version of llama.cpp may write another format; take one that this tool was tried with",
                cause);
    }

    private static String run(Path program, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        try {
            Path messages = Files.createTempFile("llama-cpp", ".log");
            try {
                return run(command, messages);
            } finally {
                Files.delete(messages);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("The measurement was interrupted", "Run it again", e);
        } catch (IOException e) {
            throw new BenchmarkException(
                    program + " cannot be run: " + e.getMessage(),
                    "Build llama.cpp's targets llama-bench and llama-batched-bench, and give the path of the first"
                            + " with --llama-bench",
                    e);
        }
    }

    private static String run(List<String> command, Path messages) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command).redirectError(messages.toFile()).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                List<String> lines = Files.readAllLines(messages, StandardCharsets.UTF_8);
                throw new BenchmarkException(
                        String.join(" ", command) + " ended with status " + status + ": "
                                + String.join(
                                        "; ",
                                        lines.subList(Math.max(0, lines.size() - LINES_OF_FAILURE), lines.size())),
                        "Check that the GGUF file is there, whole, and of a type that this build of llama.cpp knows");
            }
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
