package org.olmo4j.benchmark.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.hub.ModelSource;

/** Which model is to be measured. */
public sealed interface ModelChoice {

    /**
     * What to call it in results.
     *
     * @return its name
     */
    String name();

    /**
     * A published shape with random weights.
     *
     * @param shape which
     * @param seed of the weights
     */
    record Shape(ModelShape shape, long seed) implements ModelChoice {
        @Override
        public String name() {
            return shape.label();
        }
    }

    /**
     * The shape that a config.json says, with random weights.
     *
     * @param folder holds config.json; weights in it are not read
     * @param seed of the weights
     */
    record RandomLike(Path folder, long seed) implements ModelChoice {
        @Override
        public String name() {
            return folderName(folder);
        }
    }

    /**
     * A model with the weights it has.
     *
     * @param folder holds its files
     */
    record Folder(Path folder) implements ModelChoice {
        @Override
        public String name() {
            return folderName(folder);
        }
    }

    private static String folderName(Path folder) {
        Path last = folder.toAbsolutePath().normalize().getFileName();
        return last == null ? folder.toString() : last.toString();
    }

    /**
     * Makes the model ready to be loaded; random weights are written where they are missing.
     *
     * @param format how the weights are to be held
     * @param workFolder where random weights are kept
     * @param contextTokens the longest sequence to come
     * @return the model
     * @throws BenchmarkException if it cannot be had with these weights or for such sequences
     */
    default PreparedModel prepare(WeightFormat format, Path workFolder, int contextTokens) {
        PreparedModel prepared = switch (this) {
            case Folder(Path folder) -> new PreparedModel(name(), folder, format, false);
            case Shape(ModelShape shape, long seed) ->
                random(shape.configuration(), seed, format, workFolder, contextTokens);
            case RandomLike(Path folder, long seed) -> random(read(folder), seed, format, workFolder, contextTokens);
        };
        prepared.requireLoadable(contextTokens);
        return prepared;
    }

    /**
     * How the weights are held if nothing is asked for.
     *
     * @return the type in which a folder has them, BF16 for random ones
     */
    default WeightFormat ownFormat() {
        return switch (this) {
            case Folder(Path folder) -> {
                try (Checkpoint checkpoint = Checkpoint.open(ModelSource.of(folder.toString()))) {
                    yield WeightFormat.of(checkpoint.storedType());
                }
            }
            case Shape _, RandomLike _ -> WeightFormat.BF16;
        };
    }

    private PreparedModel random(
            ModelConfiguration configuration, long seed, WeightFormat format, Path workFolder, int contextTokens) {
        ModelConfiguration roomy = configuration.withContext(contextTokens);
        TensorType stored = format.storedType();
        Path folder = workFolder.resolve(name() + "-" + WeightFormat.of(stored).label() + "-context"
                + roomy.spec().contextLength() + "-seed" + seed);
        boolean written = new RandomCheckpoint(roomy, stored, seed)
                .writeTo(folder, Runtime.getRuntime().availableProcessors());
        return new PreparedModel(name(), folder, format, written);
    }

    private static ModelConfiguration read(Path folder) {
        Path file = folder.resolve("config.json");
        try {
            return ModelConfiguration.parse(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new BenchmarkException(
                    file + " cannot be read: " + e, "Give a folder with the model's config.json", e);
        }
    }
}
