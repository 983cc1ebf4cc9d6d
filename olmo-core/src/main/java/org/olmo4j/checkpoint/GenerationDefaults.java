package org.olmo4j.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The keys of generation_config.json that this library honours where a request leaves them open.
 *
 * @param endOfTextIds {@code eos_token_id}, a number or a list
 * @param sample {@code do_sample}
 * @param temperature {@code temperature}
 * @param topK {@code top_k}
 * @param topP {@code top_p}
 * @param minP {@code min_p}
 * @param repetitionPenalty {@code repetition_penalty}
 */
public record GenerationDefaults(
        List<Integer> endOfTextIds,
        Optional<Boolean> sample,
        OptionalDouble temperature,
        OptionalInt topK,
        OptionalDouble topP,
        OptionalDouble minP,
        OptionalDouble repetitionPenalty) {

    /** What holds without a generation_config.json. */
    public static final GenerationDefaults NONE = new GenerationDefaults(
            List.of(),
            Optional.empty(),
            OptionalDouble.empty(),
            OptionalInt.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty());

    /** Copies the list. */
    public GenerationDefaults {
        endOfTextIds = List.copyOf(endOfTextIds);
    }
}
