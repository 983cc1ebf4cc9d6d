package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.conformance.ModelDriver;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.sampling.Sampler;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.sampling.TokenHistory;
import org.olmo4j.sampling.TokenLogProbability;
import org.olmo4j.spec.OlmoSpec;

/**
 * The same bits for a prompt of 600 tokens whatever computes it, on dot products of the lengths of real models, where kernels take other
 * paths than on short ones. For each position two log-probabilities are compared, so that a difference that later tokens hide is seen.
 *
 * <p>In every build: each chunk size from 1 to 64 and three larger ones on some kernel, number of threads, weight type and model with long
 * dot products, each kernel with each weight type; and a layer of full width on the preferred kernel in chunks of 1, 64 and 600. With the
 * profile {@code long-tests}: all combinations of those, and on the layer of full width all chunk sizes on the preferred kernel and some on
 * each other.
 */
class ForwardPassIdentityTest {

    private static final int[] PROMPT =
            new Random(600).ints(600, 0, TestModels.VOCABULARY).toArray();
    private static final int[] CHUNKS = IntStream.concat(IntStream.rangeClosed(1, 64), IntStream.of(97, 256, 600))
            .toArray();
    private static final List<KernelChoice> KERNELS = ReferenceTest.allKernels();

    /** A model, and how it holds its weights. */
    record Held(String name, OlmoSpec spec, WeightHolding weights) {
        @Override
        public String toString() {
            return name + ", " + weights;
        }
    }

    static Stream<Arguments> modelsWithLongDotProducts() {
        Stream.Builder<Arguments> models = Stream.builder();
        int number = 0;
        for (WeightHolding weights : WeightHolding.values()) {
            models.add(Arguments.of(new Held("K = 2048", TestModels.longInputs(), weights), number++));
            models.add(Arguments.of(new Held("K = 11008", TestModels.longActivations(), weights), number++));
        }
        return models.build();
    }

    /** The models divide the chunk sizes among them; the kernels of a model take turns. */
    @ParameterizedTest
    @MethodSource("modelsWithLongDotProducts")
    void someChunksOnEachKernelGiveTheSameBits(Held held, int number) {
        int models = 2 * WeightHolding.values().length;
        try (Comparison comparison = new Comparison(held)) {
            for (int i = 0; i < KERNELS.size(); i++) {
                comparison.compare(KERNELS.get(i), 1 + i % 3, 1 + (i + number) % 5);
            }
            for (int i = number; i < CHUNKS.length; i += models) {
                int turn = i / models;
                comparison.compare(KERNELS.get(turn % KERNELS.size()), 1 + (turn + number) % 3, CHUNKS[i]);
            }
        }
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("modelsWithLongDotProducts")
    void allChunksOnAllKernelsAndThreadsGiveTheSameBits(Held held, int number) {
        try (Comparison comparison = new Comparison(held)) {
            for (KernelChoice kernels : KERNELS) {
                for (int threads = 1; threads <= 3; threads++) {
                    for (int chunk : CHUNKS) {
                        comparison.compare(kernels, threads, chunk);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLayerOfFullWidthGivesTheSameBitsInChunks(WeightHolding weights) {
        try (Comparison comparison = new Comparison(new Held("full width", TestModels.wide(), weights))) {
            comparison.compare(KernelChoice.best(), 2, 1);
            comparison.compare(KernelChoice.best(), 3, 64);
        }
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource
    void aLayerOfFullWidthGivesTheSameBitsInAllChunks(WeightHolding weights) {
        try (Comparison comparison = new Comparison(new Held("full width", TestModels.wide(), weights))) {
            for (int chunk : CHUNKS) {
                comparison.compare(KernelChoice.best(), 1 + chunk % 3, chunk);
            }
            for (KernelChoice kernels : KERNELS) {
                for (int chunk : new int[] {1, 3, 33, 600}) {
                    comparison.compare(kernels, 1 + (chunk + 1) % 3, chunk);
                }
            }
        }
    }

    /** A prompt, an answer drawn token by token, another prompt and answer; then all of it anew as the history of a chat. */
    @ParameterizedTest
    @MethodSource("modelsWithLongDotProducts")
    void aHistoryOfGeneratedTokensGivesTheBitsThatTheyWereGeneratedWith(Held held, int number) {
        try (RandomCheckpoint checkpoint = held.weights().checkpoint(held.spec())) {
            Map<Integer, float[]> expected = new TreeMap<>();
            int[] history;
            try (LoadedModel model = held.weights().load(checkpoint, KERNELS.get(number % KERNELS.size()), 2);
                    ModelDriver driver = new ModelDriver(model)) {
                history = chat(driver, expected);
            }
            for (KernelChoice kernels : KERNELS) {
                for (int chunk : new int[] {history.length, 37, 4}) {
                    try (LoadedModel model = held.weights().load(checkpoint, kernels, 3);
                            ModelDriver driver = new ModelDriver(model)) {
                        driver.logitsInChunks(history, chunk).forEach((position, logits) -> {
                            if (expected.containsKey(position)) {
                                assertThat(Arrays.equals(logits, expected.get(position)))
                                        .as("%s, chunks of %d, position %d", kernels.description(), chunk, position)
                                        .isTrue();
                            }
                        });
                    }
                }
            }
        }
    }

    /** Two turns of a conversation. */
    private static int[] chat(ModelDriver driver, Map<Integer, float[]> logits) {
        Sampler sampler = new Sampler(TestModels.VOCABULARY);
        SamplingOptions hot = new SamplingOptions(1, 0, 1, 0, 1, 0, 0, Map.of());
        ModelDriver.Sequence sequence = driver.new Sequence();
        List<Integer> tokens = new ArrayList<>();
        for (int promptLength : new int[] {130, 50}) {
            int[] next = Arrays.copyOfRange(PROMPT, tokens.size(), tokens.size() + promptLength);
            for (int answered = 0; answered < 40; answered++) {
                Arrays.stream(next).forEach(tokens::add);
                float[] last = sequence.logits(next);
                logits.put(tokens.size() - 1, last);
                TokenHistory history = new TokenHistory(new int[0]);
                next = new int[] {sampler.sample(MemorySegment.ofArray(last), hot, history, 5, 0, tokens.size())};
            }
            tokens.add(next[0]);
            sequence.logits(next);
        }
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Holds what a model computes against what it computed at once on one thread with the preferred kernels. */
    private static final class Comparison implements AutoCloseable {

        private final Held held;
        private final RandomCheckpoint checkpoint;
        private final List<TokenLogProbability> expected;

        Comparison(Held held) {
            this.held = held;
            this.checkpoint = held.weights().checkpoint(held.spec());
            this.expected = scores(KernelChoice.best(), 1, PROMPT.length);
        }

        void compare(KernelChoice kernels, int threads, int chunk) {
            List<TokenLogProbability> actual = scores(kernels, threads, chunk);
            for (int position = 0; position < PROMPT.length; position++) {
                assertThat(actual.get(position))
                        .as(
                                "%s, %s, %d threads, chunks of %d, position %d",
                                held, kernels.description(), threads, chunk, position)
                        .isEqualTo(expected.get(position));
            }
        }

        private List<TokenLogProbability> scores(KernelChoice kernels, int threads, int chunk) {
            try (LoadedModel model = held.weights().load(checkpoint, kernels, threads);
                    ModelDriver driver = new ModelDriver(model)) {
                return driver.scoresInChunks(PROMPT, chunk);
            }
        }

        @Override
        public void close() {
            checkpoint.close();
        }
    }
}
