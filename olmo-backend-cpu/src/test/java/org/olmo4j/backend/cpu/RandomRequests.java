package org.olmo4j.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.sampling.TokenLogProbability;

/** Seeded random requests of token ids, half of them with a beginning in common, all drawn at temperature 1 with log-probabilities. */
final class RandomRequests {

    static final SamplingOptions TEMPERATURE_1 = new SamplingOptions(1, 0, 1, 0, 1, 0, 0, Map.of());

    private RandomRequests() {}

    /**
     * Requests of up to 240 tokens each, prompt and answer together.
     *
     * @param count how many
     * @param seed of the random numbers
     * @return in an order in which neighbours differ
     */
    static List<GenerationRequest> requests(int count, int seed) {
        Random random = new Random(seed);
        int[] beginning = ids(random, 130);
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] rest = ids(random, 1 + random.nextInt(i % 2 == 0 ? 60 : 150));
            int[] prompt = i % 2 == 0 ? joined(beginning, rest) : rest;
            requests.add(request(prompt, 5 + random.nextInt(40), i));
        }
        return requests;
    }

    static GenerationRequest request(int[] prompt, int maxTokens, int seed) {
        return GenerationRequest.builder(new Prompt.Tokens(prompt))
                .sampling(TEMPERATURE_1)
                .topLogProbabilities(2)
                .ignoreEndOfText(true)
                .maxTokens(maxTokens)
                .seed(seed)
                .build();
    }

    static int[] ids(Random random, int count) {
        return random.ints(count, 0, TestModels.VOCABULARY).toArray();
    }

    static int[] joined(int[] first, int[] second) {
        return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
    }

    /**
     * What has to be the same, bit by bit.
     *
     * @param tokens generated ids
     * @param logProbabilities of these, and of the best
     * @param promptLogProbabilities of the prompt's tokens, if asked for
     */
    record Bits(
            List<Integer> tokens,
            List<TokenLogProbability> logProbabilities,
            List<TokenLogProbability> promptLogProbabilities) {

        static Bits of(GenerationResult result) {
            return new Bits(result.tokenIds(), result.logProbabilities(), result.promptLogProbabilities());
        }
    }
}
