package org.olmo4j.benchmark.speed;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.olmo4j.benchmark.measure.Spread;

/**
 * What was measured of a model.
 *
 * @param backend how the backend describes itself
 * @param batches for each number of sequences at once
 * @param start how long it takes until the model answers
 */
public record SpeedReport(String backend, List<Batch> batches, Start start) {

    /** Copies the list. */
    public SpeedReport {
        batches = List.copyOf(batches);
    }

    /**
     * Some sequences at once.
     *
     * @param sequences how many
     * @param prefillTokensPerSecond prompt tokens of all sequences; null if it was not measured
     * @param decodeTokensPerSecond generated tokens of all sequences; null if it was not measured
     * @param steadyResidentBytes of the process after these measurements; empty where the system does not tell
     * @param peakResidentBytes of the process so far, loading included; empty where the system does not tell
     */
    public record Batch(
            int sequences,
            @Nullable Spread prefillTokensPerSecond,
            @Nullable Spread decodeTokensPerSecond,
            OptionalLong steadyResidentBytes,
            OptionalLong peakResidentBytes) {}

    /**
     * From nothing to an answer, of which the first token after a prompt of 8 tokens is looked at.
     *
     * @param loadSeconds from the folder to a running engine, in a JVM that has done it before
     * @param firstTokenSeconds from the folder to the first token, in a JVM that has done it before
     * @param freshLoadSeconds the same in a new JVM; empty if this one is not new
     * @param freshFirstTokenSeconds from the start of a new process to the first token; empty if this one is not new
     */
    public record Start(
            Spread loadSeconds,
            Spread firstTokenSeconds,
            OptionalDouble freshLoadSeconds,
            OptionalDouble freshFirstTokenSeconds) {}
}
