package org.olmo4j.benchmark.model;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.benchmark.measure.BenchmarkException;

/** The sample application's small model, where this tool runs in or from a checkout of the project. */
public final class DemoModel {

    private static final String SAMPLE = "sample-app";
    private static final Path MODEL = Path.of("src", "main", "resources", "demo-model");
    private static final Path QUESTIONS = Path.of("demo-model", "held_back.json");

    private DemoModel() {}

    /**
     * The model's folder.
     *
     * @return a folder with config.json
     * @throws BenchmarkException if there is no checkout around
     */
    public static Path folder() {
        return find(MODEL)
                .orElseThrow(() -> new BenchmarkException(
                        "The demo model was not found: neither the working directory nor the tool lies in a checkout"
                                + " of the project",
                        "Give its folder with --model"));
    }

    /**
     * Questions that were kept out of the model's training.
     *
     * @return a JSON file
     * @throws BenchmarkException if there is no checkout around
     */
    public static Path heldBackQuestions() {
        return find(QUESTIONS)
                .orElseThrow(() -> new BenchmarkException(
                        "The held-back questions of the demo model were not found: neither the working directory nor"
                                + " the tool lies in a checkout of the project",
                        "Give a text with --text"));
    }

    private static Optional<Path> find(Path inSample) {
        return Stream.of(Path.of("").toAbsolutePath(), placeOfTool())
                .flatMap(start -> Stream.<Path>iterate(start, folder -> folder != null, DemoModel::parent))
                .map(folder -> folder.resolve(SAMPLE).resolve(inSample))
                .filter(Files::exists)
                .findFirst();
    }

    private static @Nullable Path parent(Path folder) {
        return folder.getParent();
    }

    private static Path placeOfTool() {
        CodeSource source = DemoModel.class.getProtectionDomain().getCodeSource();
        try {
            return source == null
                    ? Path.of("").toAbsolutePath()
                    : Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("The JVM's own address of this class", e);
        }
    }
}
