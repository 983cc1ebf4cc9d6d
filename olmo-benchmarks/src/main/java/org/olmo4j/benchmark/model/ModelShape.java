package org.olmo4j.benchmark.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.olmo4j.benchmark.measure.BenchmarkException;

/** Shapes of which models with random weights are made. Speed depends on the shape, not on what the weights say. */
public enum ModelShape {
    /** 0.2 million parameters in OLMo 2's architecture, for quick checks of the tool itself. */
    TINY("tiny"),
    /** 100.7 million parameters in OLMo 2's architecture: small, yet too large for any cache of a processor in BF16. */
    OLMO2_100M("100m"),
    /** As allenai/OLMo-1B-hf: 1.18 billion parameters, output head tied to the embedding. */
    OLMO_1B("olmo-1b"),
    /** As allenai/OLMo-7B-hf: 6.9 billion parameters. */
    OLMO_7B("olmo-7b"),
    /** As allenai/OLMo-2-0425-1B: 1.5 billion parameters, two matrices of 100,352 words. */
    OLMO2_1B("olmo2-1b");

    private final String label;

    ModelShape(String label) {
        this.label = label;
    }

    /**
     * The name on the command line and in results.
     *
     * @return such as {@code olmo-1b}
     */
    public String label() {
        return label;
    }

    /**
     * Finds a shape.
     *
     * @param label its name
     * @return the shape
     * @throws BenchmarkException if there is none, naming those there are
     */
    public static ModelShape of(String label) {
        return Arrays.stream(values())
                .filter(shape -> shape.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new BenchmarkException(
                        "There is no shape '" + label + "'",
                        "Shapes: "
                                + Arrays.stream(values()).map(ModelShape::label).collect(Collectors.joining(", "))));
    }

    /** The published config.json. */
    ModelConfiguration configuration() {
        try (InputStream json = Objects.requireNonNull(
                ModelShape.class.getResourceAsStream(label + ".json"), label + ".json is not beside ModelShape")) {
            return ModelConfiguration.parse(json.readAllBytes(), label + ".json");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
