package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.backend.cpu.RandomRequests.Bits;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineOptions;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.spec.OlmoSpec;

/**
 * A request's tokens and log-probabilities have the same bits alone on one thread, and in every other way in which an engine may compute
 * them. In every build on the preferred kernel and one other; with the profile {@code long-tests} on all kernels with all numbers of threads
 * and further seeds.
 */
class EngineIdentityTest {

    /** Grouped queries, a window and full attention, dot products of 2048 elements. */
    private static final OlmoSpec SPEC = TestModels.longInputs();

    private static final int BATCH = 16;
    private static final long LARGE_CACHE = 32L << 20;

    /**
     * How an engine computes.
     *
     * @param kernels of the model
     * @param threads of its pool
     * @param chunk most prompt tokens of a step
     * @param cacheBytes for keys and values
     * @param prefixCache whether blocks are kept
     */
    private record Way(KernelChoice kernels, int threads, int chunk, long cacheBytes, boolean prefixCache) {

        static final Way CALM = new Way(KernelChoice.best(), 1, 256, LARGE_CACHE, false);

        Way with(KernelChoice others, int count) {
            return new Way(others, count, chunk, cacheBytes, prefixCache);
        }

        Way with(int tokens) {
            return new Way(kernels, threads, tokens, cacheBytes, prefixCache);
        }

        Way withCache(long bytes) {
            return new Way(kernels, threads, chunk, bytes, prefixCache);
        }

        Way withPrefixCache() {
            return new Way(kernels, threads, chunk, cacheBytes, true);
        }
    }

    /** A model with an engine that computes in one way. */
    private static final class Running implements AutoCloseable {
        private final LoadedModel model;
        private final Engine engine;

        Running(WeightHolding weights, RandomCheckpoint checkpoint, Way way) {
            LoadOptions options = weights.options(way.threads)
                    .mutate()
                    .keyValueCacheBytes(way.cacheBytes)
                    .build();
            model = new CpuBackendProvider(way.kernels).load(checkpoint, options, LoadProgress.NONE);
            engine = Engine.builder(model)
                    .options(EngineOptions.builder()
                            .maxRunning(BATCH)
                            .prefillChunkTokens(way.chunk)
                            .prefixCache(way.prefixCache)
                            .build())
                    .start();
        }

        GenerationResult alone(GenerationRequest request) throws InterruptedException {
            return engine.submit(request).await();
        }

        List<GenerationResult> together(List<GenerationRequest> requests) throws InterruptedException {
            return await(requests.stream().map(engine::submit).toList());
        }

        static List<GenerationResult> await(List<Generation> generations) throws InterruptedException {
            List<GenerationResult> results = new ArrayList<>();
            for (Generation generation : generations) {
                results.add(generation.await());
            }
            return results;
        }

        @Override
        public void close() {
            engine.close();
            model.close();
        }
    }

    private static List<Bits> calm(WeightHolding weights, RandomCheckpoint checkpoint, List<GenerationRequest> requests)
            throws InterruptedException {
        List<Bits> bits = new ArrayList<>();
        try (Running running = new Running(weights, checkpoint, Way.CALM)) {
            for (GenerationRequest request : requests) {
                bits.add(Bits.of(running.alone(request)));
            }
        }
        return bits;
    }

    private static List<Bits> bits(List<GenerationResult> results) {
        return results.stream().map(Bits::of).toList();
    }

    /** Room for twelve blocks in each cache group: every request fits, and two or three of them at once. */
    private static long tinyCache(LoadedModel model) {
        return 12
                * model.cacheLayout().groups().stream()
                        .mapToLong(CacheLayout.Group::blockBytes)
                        .sum();
    }

    private static List<Way> ways(long tinyCache) {
        return List.of(
                Way.CALM,
                Way.CALM.with(KernelChoice.best(), 3).with(7),
                Way.CALM.with(KernelChoice.vector(256), 2).with(33).withPrefixCache(),
                Way.CALM.with(KernelChoice.best(), 2).withCache(tinyCache),
                Way.CALM
                        .with(KernelChoice.vector(128), 3)
                        .with(50)
                        .withCache(tinyCache)
                        .withPrefixCache());
    }

    private static List<Way> allWays(long tinyCache) {
        List<Way> ways = new ArrayList<>();
        for (KernelChoice kernels : ReferenceTest.allKernels()) {
            for (int threads = 1; threads <= 3; threads++) {
                for (long cacheBytes : new long[] {LARGE_CACHE, tinyCache}) {
                    ways.add(new Way(kernels, threads, 1 + 31 * threads, cacheBytes, false));
                    ways.add(new Way(kernels, threads, 256, cacheBytes, true));
                }
            }
        }
        return ways;
    }

    @ParameterizedTest
    @EnumSource
    void sixteenRequestsAtOnceGetTheBitsThatEachGetsAlone(WeightHolding weights) throws InterruptedException {
        compareBatches(weights, 1, false);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource
    void sixteenRequestsAtOnceGetTheBitsThatEachGetsAloneInAllWays(WeightHolding weights) throws InterruptedException {
        for (int seed = 2; seed < 6; seed++) {
            compareBatches(weights, seed, true);
        }
    }

    private static void compareBatches(WeightHolding weights, int seed, boolean all) throws InterruptedException {
        List<GenerationRequest> requests = new ArrayList<>(RandomRequests.requests(BATCH, seed));
        // Two that grow by more than what is kept free for those that run, so that little memory forces preemptions.
        requests.set(0, requests.get(0).mutate().maxTokens(150).build());
        requests.set(1, requests.get(1).mutate().maxTokens(150).build());
        requests.set(3, requests.get(3).mutate().promptTopLogProbabilities(1).build());
        requests.set(6, requests.get(6).mutate().promptTopLogProbabilities(1).build());
        try (RandomCheckpoint checkpoint = weights.checkpoint(SPEC)) {
            List<Bits> expected = calm(weights, checkpoint, requests);
            long tinyCache;
            try (LoadedModel model = weights.load(checkpoint, KernelChoice.best(), 1)) {
                tinyCache = tinyCache(model);
            }
            for (Way way : all ? allWays(tinyCache) : ways(tinyCache)) {
                try (Running running = new Running(weights, checkpoint, way)) {
                    for (int round = 0; round < 2; round++) {
                        assertThat(bits(running.together(requests)))
                                .as("%s, %s, round %d", weights, way, round)
                                .isEqualTo(expected);
                    }
                    if (way.cacheBytes == tinyCache) {
                        assertThat(running.engine.status().preemptions()).isPositive();
                    }
                    if (way.prefixCache) {
                        assertThat(running.engine.status().promptTokensCached()).isPositive();
                    }
                    assertThat(running.engine.status().keyValueBlocksUsed()).isZero();
                }
            }
        }
    }

    static Stream<Arguments> prefixes() {
        return Stream.of(WeightHolding.values())
                .flatMap(weights ->
                        Stream.of(31, 32, 33, 64, 96, 130, 200).map(shared -> Arguments.of(weights, shared)));
    }

    /** The beginning ends before, at and behind a block's end, and inside and outside the window of 100 tokens. */
    @ParameterizedTest
    @MethodSource("prefixes")
    void promptsThatBeginAlikeGetTheSameBitsFromTheCache(WeightHolding weights, int shared)
            throws InterruptedException {
        Random random = new Random(shared);
        int[] beginning = RandomRequests.ids(random, shared);
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int[] prompt = RandomRequests.joined(beginning, RandomRequests.ids(random, 1 + 17 * i));
            requests.add(RandomRequests.request(prompt, 12, i));
        }
        try (RandomCheckpoint checkpoint = weights.checkpoint(SPEC)) {
            List<Bits> expected = calm(weights, checkpoint, requests);
            try (Running running = new Running(weights, checkpoint, Way.CALM.withPrefixCache())) {
                for (int i = 0; i < requests.size(); i++) {
                    GenerationResult result = running.alone(requests.get(i));
                    assertThat(result.usage().cachedPromptTokens()).isEqualTo(i == 0 ? 0 : shared / 32 * 32);
                    assertThat(Bits.of(result)).as("request %d", i).isEqualTo(expected.get(i));
                }
            }
        }
    }

    /** Each turn's prompt is the whole conversation so far, answers included, of which all full blocks are in the cache. */
    @ParameterizedTest
    @EnumSource
    void aConversationGetsTheSameBitsWithItsAnswersInTheCache(WeightHolding weights) throws InterruptedException {
        try (RandomCheckpoint checkpoint = weights.checkpoint(SPEC)) {
            List<Bits> expected;
            try (Running running = new Running(weights, checkpoint, Way.CALM)) {
                expected = bits(conversation(running));
            }
            try (Running running = new Running(weights, checkpoint, Way.CALM.withPrefixCache())) {
                List<GenerationResult> turns = conversation(running);
                assertThat(bits(turns)).isEqualTo(expected);
                assertThat(turns.stream()
                                .mapToInt(turn -> turn.usage().cachedPromptTokens())
                                .boxed())
                        // After 40 + 50, and after 40 + 50 + 25 + 50 tokens, the last of which has no keys and values.
                        .containsExactly(0, 64, 160);
            }
        }
    }

    private static List<GenerationResult> conversation(Running running) throws InterruptedException {
        Random random = new Random(4);
        List<GenerationResult> turns = new ArrayList<>();
        int[] history = RandomRequests.ids(random, 40);
        for (int turn = 0; turn < 3; turn++) {
            GenerationResult result = running.alone(RandomRequests.request(history, 50, turn));
            turns.add(result);
            int[] answer =
                    result.tokenIds().stream().mapToInt(Integer::intValue).toArray();
            history = RandomRequests.joined(RandomRequests.joined(history, answer), RandomRequests.ids(random, 25));
        }
        return turns;
    }

    @ParameterizedTest
    @EnumSource
    void samplesOfOneRequestGetTheBitsThatEachGetsAlone(WeightHolding weights) throws InterruptedException {
        GenerationRequest request = RandomRequests.request(RandomRequests.ids(new Random(8), 75), 20, 9);
        List<GenerationRequest> each = new ArrayList<>();
        for (int sample = 0; sample < 6; sample++) {
            each.add(request.mutate().sampleIndex(sample).build());
        }
        try (RandomCheckpoint checkpoint = weights.checkpoint(SPEC)) {
            List<Bits> expected = calm(weights, checkpoint, each);
            assertThat(expected).doesNotHaveDuplicates();
            for (Way way : Arrays.asList(
                    Way.CALM, Way.CALM.with(KernelChoice.scalar(), 3).withPrefixCache())) {
                try (Running running = new Running(weights, checkpoint, way)) {
                    List<GenerationResult> samples = Running.await(running.engine.submit(request, each.size()));
                    assertThat(bits(samples)).as("%s", way).isEqualTo(expected);
                }
            }
        }
    }
}
