package org.olmo4j.spring.promptlog.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a replay found.
 *
 * @param outcome whether it is the same
 * @param divergedAt place of the first token that differs, 0-based; null where it is the same, or only hashes were compared
 * @param logProbabilityGap log-probability of the replayed token less that of the recorded one; null where it is not known
 * @param reasons why it is not comparable; empty otherwise
 * @param generationId of the replay, which is on record itself; null if it did not run
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ReplayAnswer(
        Outcome outcome,
        @Nullable Integer divergedAt,
        @Nullable Double logProbabilityGap,
        List<String> reasons,
        @Nullable String generationId) {

    /** Whether it is the same. */
    public enum Outcome {
        /** The same tokens. */
        IDENTICAL,
        /** The same model, another answer. */
        DIVERGED_AT,
        /** What decides the tokens is not the same, or not known. */
        NOT_COMPARABLE
    }

    static ReplayAnswer notComparable(String reason) {
        return notComparable(List.of(reason));
    }

    static ReplayAnswer notComparable(List<String> reasons) {
        return new ReplayAnswer(Outcome.NOT_COMPARABLE, null, null, List.copyOf(reasons), null);
    }

    static ReplayAnswer identical(String generationId) {
        return new ReplayAnswer(Outcome.IDENTICAL, null, null, List.of(), generationId);
    }
}
