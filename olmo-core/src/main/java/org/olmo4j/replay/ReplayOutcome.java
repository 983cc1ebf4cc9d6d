package org.olmo4j.replay;

import java.util.List;
import java.util.OptionalDouble;
import org.olmo4j.engine.GenerationResult;

/** What a replay found. */
public sealed interface ReplayOutcome {

    /**
     * The same tokens, and bit by bit the same log-probabilities where the record has them. For a record that was cut off (cancelled, late
     * or failed): as far as it goes.
     *
     * @param replayed what came out
     */
    record Identical(GenerationResult replayed) implements ReplayOutcome {}

    /**
     * The same model, another answer.
     *
     * @param tokenIndex place of the first generated token that differs, or whose log-probability does, 0-based; the number of tokens
     *     that both have if one of them just ends there
     * @param logProbabilityGap how far apart they are: where the tokens differ, the log-probability of the replayed token less that of
     *     the recorded one, both as computed now, so that a gap near 0 means a near tie; where they are the same, its log-probability now
     *     less the recorded one. Empty where one of them ends, or the recorded token could not be scored
     * @param replayed what came out
     */
    record DivergedAt(int tokenIndex, OptionalDouble logProbabilityGap, GenerationResult replayed)
            implements ReplayOutcome {}

    /**
     * Not run to its end, since what decides the tokens is not the same.
     *
     * @param differences at least one
     */
    record NotComparable(List<Difference> differences) implements ReplayOutcome {

        /** Copies the list. */
        public NotComparable {
            differences = List.copyOf(differences);
        }
    }

    /**
     * Something that decides tokens and differs.
     *
     * @param part what it is
     * @param recorded how it was, for people
     * @param present how it is now, for people
     */
    record Difference(Part part, String recorded, String present) {}

    /** What can differ. */
    enum Part {
        /** The weights or their configuration: another content hash or, where one side does not know its own yet, another fingerprint. */
        CHECKPOINT,
        /** The tokenizer: it decides which ids can be drawn and which text ends an answer. */
        TOKENIZER,
        /** The chat template, where the recorded prompt is a conversation. */
        CHAT_TEMPLATE,
        /** The backend. */
        BACKEND,
        /** How weights are held. */
        WEIGHT_TYPE,
        /** How keys and values are held. */
        KEY_VALUE_TYPE,
        /** The backend's rules of computation. */
        NUMERIC_CONTRACT,
        /** The prompt's token ids. */
        PROMPT,
        /** The JSON schema that the answer was held to: the record does not have it, or has another. */
        SCHEMA,
        /** The generated tokens, of which the record has none. */
        TOKENS
    }
}
