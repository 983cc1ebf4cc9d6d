package org.olmo4j.engine;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;

/**
 * What one step does.
 *
 * @param pieces at least one; those of the same sequence are consecutive
 */
record StepPlan(List<Piece> pieces) {

    /** Copies the list. */
    StepPlan {
        pieces = List.copyOf(pieces);
    }

    /**
     * Consecutive tokens of a sequence.
     *
     * @param sequence whose
     * @param start position of the first
     * @param count how many
     * @param output what is wanted of them
     */
    record Piece(Sequence sequence, int start, int count, OutputRequest output) {

        /** How many of the tokens belong to the prompt. */
        int promptTokens() {
            return Math.clamp((long) sequence.prepared().promptIds().length - start, 0, count);
        }
    }

    /** The step for the model; takes the blocks that it needs. */
    Step step(MemorySegment logits, BooleanSupplier stop) {
        List<Step.Row> rows = pieces.stream()
                .map(piece -> piece.sequence().row(piece.start(), piece.count(), piece.output()))
                .toList();
        return new Step(rows, logits, stop);
    }

    /** How many tokens all pieces have together. */
    int tokens() {
        return pieces.stream().mapToInt(Piece::count).sum();
    }

    /** The sequences that take part. */
    List<Sequence> sequences() {
        return pieces.stream().map(Piece::sequence).distinct().toList();
    }
}
