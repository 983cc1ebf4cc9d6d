package org.olmo4j.engine;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;
import org.olmo4j.energy.StepRecord;

/**
 * What one step does.
 *
 * @param pieces those of the same sequence are consecutive
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
     * @param decodes whether it is the one token that an answer goes on from
     * @param output what is wanted of them
     */
    record Piece(Sequence sequence, int start, int count, boolean decodes, OutputRequest output) {

        /** Behind its last token. */
        int end() {
            return start + count;
        }

        /** How many of the tokens belong to the prompt. */
        int promptTokens() {
            return Math.clamp((long) sequence.prepared().promptIds().length - start, 0, count);
        }
    }

    /** Without the sequences that do not run any more. */
    StepPlan of(Collection<Sequence> running) {
        return new StepPlan(pieces.stream()
                .filter(piece -> running.contains(piece.sequence()))
                .toList());
    }

    /** What each sequence had done, for the ledger. */
    List<StepRecord.Work> work() {
        return sequences().stream().map(this::work).toList();
    }

    private StepRecord.Work work(Sequence sequence) {
        List<Piece> own =
                pieces.stream().filter(piece -> piece.sequence() == sequence).toList();
        int tokens = own.stream().mapToInt(Piece::count).sum();
        boolean decodes = own.getFirst().decodes();
        return new StepRecord.Work(
                sequence.handle().id(),
                decodes ? 0 : tokens,
                decodes ? tokens : 0,
                own.getLast().end());
    }

    /** The step for the model, whose blocks are there. */
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
