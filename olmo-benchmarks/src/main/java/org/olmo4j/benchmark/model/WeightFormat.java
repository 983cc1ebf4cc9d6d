package org.olmo4j.benchmark.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.checkpoint.TensorType;

/** How a model's matrices are held while it is measured. */
public enum WeightFormat {
    /** 32-bit floating point. */
    F32(TensorType.F32, 4),
    /** 16-bit floating point, IEEE 754. */
    F16(TensorType.F16, 2),
    /** 16-bit floating point with the exponent of F32. */
    BF16(TensorType.BF16, 2),
    /** 8-bit integers in blocks of 32 with a 16-bit scale. */
    INT8(TensorType.BF16, 34 / 32.0),
    /** 4-bit integers in blocks of 32 with a 16-bit scale. */
    INT4(TensorType.BF16, 18 / 32.0);

    private final TensorType stored;
    private final double bytes;

    WeightFormat(TensorType stored, double bytes) {
        this.stored = stored;
        this.bytes = bytes;
    }

    /**
     * The name on the command line and in results.
     *
     * @return such as {@code bf16}
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * In which type a random checkpoint is written from which this one is made.
     *
     * @return the same, or BF16 for the quantized ones
     */
    public TensorType storedType() {
        return stored;
    }

    /**
     * What one weight takes in memory, its share of a scale included.
     *
     * @return bytes
     */
    public double bytesPerWeight() {
        return bytes;
    }

    /**
     * The format of a checkpoint that is used as it is.
     *
     * @param type of its matrices
     * @return the format
     */
    public static WeightFormat of(TensorType type) {
        return valueOf(type.name());
    }

    /**
     * Finds a format.
     *
     * @param label its name
     * @return the format
     * @throws BenchmarkException if there is none, naming those there are
     */
    public static WeightFormat of(String label) {
        return Arrays.stream(values())
                .filter(format -> format.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new BenchmarkException(
                        "There is no weight type '" + label + "'",
                        "Weight types: "
                                + Arrays.stream(values())
                                        .map(WeightFormat::label)
                                        .collect(Collectors.joining(", "))));
    }
}
