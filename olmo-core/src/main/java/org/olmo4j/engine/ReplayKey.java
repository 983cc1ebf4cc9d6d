package org.olmo4j.engine;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.hash.Sha256;
import org.olmo4j.sampling.SamplingOptions;

/**
 * All that decides the tokens of a generation: on the CPU, equal keys mean equal tokens and log-probabilities, bit by bit. Immutable.
 *
 * <p>Its {@linkplain #toString() text} is one word of ASCII letters, digits and {@code ; = , : . - ~ %}, which needs no escaping in JSON, an
 * HTTP header or a database: about 550 characters, more with stop strings or logit biases, without a bound. {@link #parse} reads it back.
 * It holds the stop strings and a hash of the prompt, by which a guess of the prompt can be checked: keep it as you keep prompts.
 *
 * @param model what computed
 * @param settings what the request asked for, with everything filled in that it left open
 * @param promptHash of the prompt's token ids, see {@link #promptHash(int[])}; empty where it was removed on purpose: then a replay takes
 *     any prompt for the recorded one
 */
public record ReplayKey(ModelIdentity model, Settings settings, Optional<String> promptHash) {

    /**
     * What decides the tokens beside model and prompt.
     *
     * @param sampling how tokens are drawn
     * @param maxTokens most tokens to generate, 0 or more
     * @param stopStrings texts that end it
     * @param stopIds ids that end it, the model's own end-of-text ids among them unless the request ignored them
     * @param schemaHash of the JSON schema that the answer is held to; empty if none
     * @param seed of the random numbers
     * @param sampleIndex which of several samples with the same seed it is, 0 or more
     */
    public record Settings(
            SamplingOptions sampling,
            int maxTokens,
            List<String> stopStrings,
            Set<Integer> stopIds,
            Optional<String> schemaHash,
            long seed,
            int sampleIndex) {

        /** Checks ranges and copies the collections. */
        public Settings {
            stopStrings = List.copyOf(stopStrings);
            stopIds = Set.copyOf(stopIds);
            requireNotNegative("max_tokens", maxTokens);
            requireNotNegative("sample_index", sampleIndex);
        }

        private static void requireNotNegative(String parameter, int value) {
            if (value < 0) {
                throw new InvalidRequestException(parameter, parameter + " is " + value, "Allowed: 0 or more");
            }
        }
    }

    /**
     * The hash that stands for a prompt.
     *
     * @param tokenIds of the prompt
     * @return hexadecimal SHA-256 of the ids as 32-bit big-endian integers
     */
    public static String promptHash(int[] tokenIds) {
        ByteBuffer bytes = ByteBuffer.allocate(tokenIds.length * Integer.BYTES);
        bytes.asIntBuffer().put(tokenIds);
        return Sha256.hex(bytes.array());
    }

    /**
     * Reads a key's text. Exactly what {@link #toString()} writes is taken, and nothing else: no other order, spelling or space.
     *
     * @param text of any origin
     * @return the key
     * @throws InvalidRequestException if it is not the text of a key, or of a version that this library does not know
     */
    public static ReplayKey parse(String text) {
        return ReplayKeyText.read(text);
    }

    /**
     * The key as text.
     *
     * @return for {@link #parse}
     */
    @Override
    public String toString() {
        return ReplayKeyText.write(this);
    }
}
