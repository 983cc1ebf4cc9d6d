package org.olmo4j.replay;

import java.util.List;
import java.util.Optional;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.TokenLogProbability;

/**
 * A generation as it was put on record.
 *
 * @param id of the generation; the replay's request carries it
 * @param key what decided its tokens
 * @param prompt what it continued, as token ids or as it was asked; a conversation needs the same chat template
 * @param tokenIds the generated ids, the stop id included
 * @param logProbabilities one for each generated token, or none
 * @param jsonSchema what the answer was held to, if it was: the key has only its hash
 * @param finishReason why it ended; unless it was STOP or LENGTH, the tokens are the beginning of what it would have become
 */
public record RecordedGeneration(
        String id,
        ReplayKey key,
        Prompt prompt,
        List<Integer> tokenIds,
        List<Float> logProbabilities,
        Optional<JsonSchema> jsonSchema,
        FinishReason finishReason) {

    /** Copies the lists and checks that they fit together. */
    public RecordedGeneration {
        tokenIds = List.copyOf(tokenIds);
        logProbabilities = List.copyOf(logProbabilities);
        if (!logProbabilities.isEmpty() && logProbabilities.size() != tokenIds.size()) {
            throw new InvalidRequestException(
                    "log_probabilities",
                    "The record has " + logProbabilities.size() + " log-probabilities for " + tokenIds.size()
                            + " tokens",
                    "Give one for each token, or none");
        }
    }

    /**
     * The record of an answer that was held to no schema.
     *
     * @param id of the generation
     * @param key what decided its tokens
     * @param prompt what it continued
     * @param tokenIds the generated ids, the stop id included
     * @param logProbabilities one for each generated token, or none
     * @param finishReason why it ended
     */
    public RecordedGeneration(
            String id,
            ReplayKey key,
            Prompt prompt,
            List<Integer> tokenIds,
            List<Float> logProbabilities,
            FinishReason finishReason) {
        this(id, key, prompt, tokenIds, logProbabilities, Optional.empty(), finishReason);
    }

    /**
     * The same record with the schema that its answer was held to.
     *
     * @param schema of the request
     * @return the completed record
     */
    public RecordedGeneration withJsonSchema(JsonSchema schema) {
        return new RecordedGeneration(id, key, prompt, tokenIds, logProbabilities, Optional.of(schema), finishReason);
    }

    /**
     * The record of a generation of this JVM. One that was held to a schema needs {@link #withJsonSchema} besides.
     *
     * @param result of a generation that came as far as to have a key
     * @return its record, with the prompt as token ids
     * @throws InvalidRequestException if it has no replay key
     */
    public static RecordedGeneration of(GenerationResult result) {
        ReplayKey key = result.replayKey()
                .orElseThrow(() -> new InvalidRequestException(
                        "replay_key",
                        "Generation " + result.id() + " has no replay key, for it ended as " + result.finishReason()
                                + " before its prompt was encoded, or its engine does not know its checkpoint",
                        "Replay generations that ran, on an engine that was told its checkpoint"));
        return new RecordedGeneration(
                result.id(),
                key,
                new Prompt.Tokens(result.promptTokenIds().stream()
                        .mapToInt(Integer::intValue)
                        .toArray()),
                result.tokenIds(),
                result.logProbabilities().stream()
                        .map(TokenLogProbability::logProbability)
                        .toList(),
                result.finishReason());
    }

    /** Whether it ended by itself, so that nothing may follow its tokens. */
    boolean complete() {
        return finishReason == FinishReason.STOP || finishReason == FinishReason.LENGTH;
    }
}
