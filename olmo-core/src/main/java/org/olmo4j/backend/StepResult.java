package org.olmo4j.backend;

import java.util.List;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.sampling.TokenLogProbability;

/** What came of a step. */
public sealed interface StepResult {

    /**
     * It ran.
     *
     * @param rows one output for each row, in order
     */
    record Completed(List<RowOutput> rows) implements StepResult {

        /** Copies the list. */
        public Completed {
            rows = List.copyOf(rows);
        }
    }

    /** It was given up because its stop flag was raised; keys and values of its positions are undefined. */
    record Stopped() implements StepResult {}

    /** What a row gave. */
    sealed interface RowOutput {

        /** Nothing was asked for. */
        record None() implements RowOutput {}

        /**
         * Logits are in the step's buffer.
         *
         * @param index which slot: they start at index x vocabularySize floats
         */
        record Logits(int index) implements RowOutput {}

        /**
         * A token was drawn on the device.
         *
         * @param tokenId it
         */
        record Sampled(int tokenId) implements RowOutput {}

        /**
         * This row failed, and the others did not: logits that are not numbers, say. Its sequence cannot go on; its keys and values are
         * undefined from the row's first token on.
         *
         * @param reason for its caller
         */
        record Failed(GenerationFailedException reason) implements RowOutput {}

        /**
         * Log-probabilities of the targets.
         *
         * @param tokens as many as the row has tokens
         */
        record LogProbabilities(List<TokenLogProbability> tokens) implements RowOutput {

            /** Copies the list. */
            public LogProbabilities {
                tokens = List.copyOf(tokens);
            }
        }
    }
}
