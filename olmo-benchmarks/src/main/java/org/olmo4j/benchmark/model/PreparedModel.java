package org.olmo4j.benchmark.model;

import java.nio.file.Path;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.WeightType;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.hub.ModelSource;
import org.olmo4j.spec.OlmoSpec;

/**
 * A model on the disk, ready to be loaded.
 *
 * @param name what to call it in results
 * @param folder its files
 * @param format how its weights are to be held
 * @param written whether its files were written just now
 */
public record PreparedModel(String name, Path folder, WeightFormat format, boolean written) {

    /**
     * What it computes.
     *
     * @return the spec of its config.json
     */
    public OlmoSpec spec() {
        try (Checkpoint checkpoint = open()) {
            return checkpoint.spec();
        }
    }

    /**
     * Opens its files.
     *
     * @return the checkpoint; close it after use
     */
    public Checkpoint open() {
        return Checkpoint.open(ModelSource.of(folder.toString()));
    }

    /**
     * How it is loaded with its weights in the asked format.
     *
     * @param threads compute threads; 0 lets the backend choose
     * @param keyValueTokens tokens of all sequences together for which there is to be memory
     * @param stepTokens most tokens of a step
     * @param stepRows most rows of a step
     * @return the backend's options
     */
    public LoadOptions loadOptions(int threads, long keyValueTokens, int stepTokens, int stepRows) {
        OlmoSpec spec = spec();
        long tokenBytes = 2L * spec.layerCount() * spec.keyValueWidth() * Float.BYTES;
        return LoadOptions.builder()
                .threads(threads)
                .keyValueCacheBytes(Math.multiplyExact(tokenBytes, keyValueTokens))
                .maxStepTokens(stepTokens)
                .maxStepRows(stepRows)
                .weights(weightType())
                .build();
    }

    private WeightType weightType() {
        try (Checkpoint checkpoint = open()) {
            // What is stored in that format is used where it lies.
            return format == WeightFormat.of(checkpoint.storedType())
                    ? WeightType.STORED
                    : WeightType.valueOf(format.name());
        }
    }

    void requireLoadable(int contextTokens) {
        try (Checkpoint checkpoint = open()) {
            int longest = checkpoint.spec().contextLength();
            if (contextTokens > longest) {
                throw new BenchmarkException(
                        "Sequences of " + contextTokens + " tokens are longer than the context of " + name + ", "
                                + longest,
                        "Ask for shorter prompts and answers");
            }
        }
    }
}
