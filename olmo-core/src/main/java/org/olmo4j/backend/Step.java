package org.olmo4j.backend;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One pass of the model over some tokens of some sequences.
 *
 * @param rows at most one for each sequence, or consecutive pieces of the same sequence in order
 * @param logits where the logits go: float32 in native order, 64-byte aligned off-heap memory owned by the engine, vocabularySize
 *     elements for each row with {@link OutputRequest.Logits}, in the order of those rows; valid until the next step
 * @param stop polled between layers; once true the step is given up and its result says so
 */
public record Step(List<Row> rows, MemorySegment logits, BooleanSupplier stop) {

    /** Copies the list. */
    public Step {
        rows = List.copyOf(rows);
    }

    /**
     * Some consecutive tokens of one sequence: a prefill chunk, one decode token, later a speculative draft.
     *
     * @param tokens what to process
     * @param startPosition position of the first token in its sequence, 0-based
     * @param blockTables for each cache group the physical ids of the sequence's blocks by logical block (position / blockTokens), covering
     *     all positions up to the row's last; -1 where the window has passed. Not modified by the backend
     * @param output what is wanted of it
     * @param adapter reserved: 0
     */
    public record Row(RowTokens tokens, int startPosition, List<int[]> blockTables, OutputRequest output, int adapter) {

        /** Copies the list, not the tables. */
        public Row {
            blockTables = List.copyOf(blockTables);
        }
    }

    /** The tokens of a row. */
    public sealed interface RowTokens {

        /**
         * How many.
         *
         * @return 1 or more
         */
        int count();

        /**
         * Ids that are known when the step is submitted.
         *
         * @param ids not modified by the backend
         */
        record Known(int[] ids) implements RowTokens {
            @Override
            public int count() {
                return ids.length;
            }
        }

        /**
         * The token that a row of an earlier step samples, so that a device can queue steps ahead.
         *
         * @param step the earlier step
         * @param row index of a row with {@link OutputRequest.Sample}
         */
        record SampledBy(StepHandle step, int row) implements RowTokens {
            @Override
            public int count() {
                return 1;
            }
        }
    }
}
