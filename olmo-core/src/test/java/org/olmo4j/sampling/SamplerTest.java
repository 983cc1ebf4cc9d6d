package org.olmo4j.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.error.GenerationFailedException;
import tools.jackson.databind.JsonNode;

class SamplerTest {

    private static final TokenHistory NO_HISTORY = new TokenHistory(new int[0]);
    private static final SamplingOptions PLAIN = new SamplingOptions(1, 0, 1, 0, 1, 0, 0, Map.of());

    static Stream<JsonNode> drawn() {
        return SamplingCases.of("sampling").filter(one -> one.has("kept"));
    }

    static Stream<JsonNode> greedy() {
        return SamplingCases.of("sampling").filter(one -> one.has("greedy"));
    }

    @ParameterizedTest(name = "case {index}")
    @MethodSource("drawn")
    void keepsTheTokensAndProbabilitiesThatTransformersKeeps(JsonNode one) {
        Sampler sampler = new Sampler(SamplingCases.usableVocabulary());

        Candidates candidates = sampler.distribution(
                SamplingCases.floats(one.get("logits")),
                SamplingCases.options(one.get("options")),
                SamplingCases.history(one));

        int[] ids = IntStream.range(0, candidates.count()).map(candidates::id).toArray();
        assertThat(ids).containsExactly(SamplingCases.ints(one.get("kept")));
        for (int i = 0; i < ids.length; i++) {
            assertThat(candidates.probability(i))
                    .isCloseTo(one.get("probabilities").get(i).doubleValue(), within(1e-6));
        }
    }

    @ParameterizedTest(name = "case {index}")
    @MethodSource("greedy")
    void greedyTakesTheTokenThatTransformersTakes(JsonNode one) {
        Sampler sampler = new Sampler(SamplingCases.usableVocabulary());

        int id = sampler.sample(
                SamplingCases.floats(one.get("logits")),
                SamplingCases.options(one.get("options")),
                SamplingCases.history(one),
                1,
                0,
                0);

        assertThat(id).isEqualTo(one.get("greedy").intValue());
    }

    @Test
    void greedyTakesTheLowestIdOnATie() {
        float[] logits = {1, 5, 3, 5, 5};

        assertThat(new Sampler(5).sample(logits, SamplingOptions.GREEDY, NO_HISTORY, 0, 0, 0))
                .isEqualTo(1);
    }

    @Test
    void idsWithoutATokenAreNeverDrawn() {
        float[] logits = {1, 2, 100, 100};
        Sampler sampler = new Sampler(2);

        assertThat(sampler.sample(logits, SamplingOptions.GREEDY, NO_HISTORY, 0, 0, 0))
                .isEqualTo(1);
        assertThat(IntStream.range(0, 100).map(position -> sampler.sample(logits, PLAIN, NO_HISTORY, 7, 0, position)))
                .allMatch(id -> id < 2);
    }

    @Test
    void offHeapLogitsGiveWhatLogitsOnTheHeapGive() {
        float[] logits = logits(500, 3);
        Sampler sampler = new Sampler(500);
        SamplingOptions options = new SamplingOptions(0.8, 40, 0.9, 0.01, 1, 0, 0, Map.of());

        for (int position = 0; position < 50; position++) {
            assertThat(sampler.sample(MemorySegment.ofArray(logits), options, NO_HISTORY, 11, 0, position))
                    .isEqualTo(new Sampler(500).sample(logits, options, NO_HISTORY, 11, 0, position));
        }
    }

    @Test
    void drawsFollowTheDistribution() {
        float[] logits = logits(20, 5);
        SamplingOptions options = new SamplingOptions(1.2, 12, 0.95, 0, 1, 0, 0, Map.of());
        Sampler sampler = new Sampler(20);
        Candidates expected = sampler.distribution(logits, options, NO_HISTORY);
        int draws = 40_000;
        int[] counts = new int[20];
        for (int i = 0; i < draws; i++) {
            // Half over positions of one seed, half over seeds and samples of one position.
            int id = i % 2 == 0
                    ? sampler.sample(logits, options, NO_HISTORY, 42, 0, i)
                    : sampler.sample(logits, options, NO_HISTORY, i, i % 3, 17);
            counts[id]++;
        }

        double chiSquare = 0;
        for (int i = 0; i < expected.count(); i++) {
            double mean = draws * expected.probability(i);
            chiSquare += Math.pow(counts[expected.id(i)] - mean, 2) / mean;
        }
        assertThat(Arrays.stream(counts).filter(count -> count > 0).count()).isEqualTo(expected.count());
        // The 99.9 % quantile of chi-square for 11 degrees of freedom; fewer are kept, so the bound is generous.
        assertThat(expected.count()).isBetween(5, 12);
        assertThat(chiSquare).isLessThan(31.3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 17, 1000, 20_000})
    void selectionAgreesWithSorting(int size) {
        for (int round = 0; round < 20; round++) {
            float[] logits = logits(size, round);
            if (round % 2 == 1) {
                for (int i = 0; i < size; i++) {
                    logits[i] = Math.round(logits[i]);
                }
            }
            int k = 1 + new Random(round).nextInt(size);
            float[] sorted = logits.clone();
            Arrays.sort(sorted);
            float threshold = sorted[size - k];

            Candidates top = new Sampler(size)
                    .distribution(logits, new SamplingOptions(1, k, 1, 0, 1, 0, 0, Map.of()), NO_HISTORY);
            assertThat(IntStream.range(0, top.count()).map(top::id).toArray())
                    .isEqualTo(IntStream.range(0, size)
                            .filter(id -> logits[id] >= threshold)
                            .toArray());

            double p = 0.05 + 0.9 * new Random(-round).nextDouble();
            Candidates nucleus = new Sampler(size)
                    .distribution(logits, new SamplingOptions(1, 0, p, 0, 1, 0, 0, Map.of()), NO_HISTORY);
            assertThat(IntStream.range(0, nucleus.count()).map(nucleus::id).toArray())
                    .isEqualTo(nucleusBySorting(logits, p));
        }
    }

    @Test
    void aTemperatureNearZeroTakesTheHighest() {
        float[] logits = {1, 3.4e38f, -3.4e38f, 2};
        SamplingOptions options = new SamplingOptions(Double.MIN_VALUE, 0, 1, 0, 1, 0, 0, Map.of());

        assertThat(new Sampler(4).sample(logits, options, NO_HISTORY, 5, 0, 0)).isEqualTo(1);
    }

    @Test
    void logitsThatAreNotNumbersAreATypedError() {
        float[] logits = {1, Float.NaN, 2};

        assertThatThrownBy(() -> new Sampler(3).sample(logits, PLAIN, NO_HISTORY, 0, 0, 9))
                .isInstanceOf(GenerationFailedException.class)
                .hasMessageContaining("NaN")
                .hasMessageContaining("token 1")
                .hasMessageContaining("position 9");
    }

    @Test
    void logitsWithoutAnyFiniteOneAreATypedError() {
        float[] logits = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, 5};

        assertThatThrownBy(() -> new Sampler(2).sample(logits, SamplingOptions.GREEDY, NO_HISTORY, 0, 0, 9))
                .isInstanceOf(GenerationFailedException.class)
                .hasMessageContaining("negative infinity");
    }

    private static int[] nucleusBySorting(float[] logits, double p) {
        Integer[] order = IntStream.range(0, logits.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, (a, b) -> logits[a] != logits[b] ? Float.compare(logits[b], logits[a]) : a - b);
        double max = logits[order[0]];
        double total = Arrays.stream(order)
                .mapToDouble(id -> Math.exp(logits[id] - max))
                .sum();
        double sum = 0;
        int kept = 0;
        while (kept < order.length && sum < p * total) {
            sum += Math.exp(logits[order[kept++]] - max);
        }
        return Arrays.stream(order, 0, kept).mapToInt(id -> id).sorted().toArray();
    }

    private static float[] logits(int size, int seed) {
        Random random = new Random(seed);
        float[] logits = new float[size];
        for (int i = 0; i < size; i++) {
            logits[i] = (float) random.nextGaussian() * 3;
        }
        return logits;
    }

    @Test
    void onlyTokensOfTheMaskAreDrawn() {
        float[] logits = logits(200, 3);
        TokenMask mask = mask(3, 70, 150);
        Sampler sampler = new Sampler(200);

        int[] drawn = IntStream.range(0, 300)
                .map(position -> sampler.sample(segment(logits), PLAIN, NO_HISTORY, 1, 0, position, mask))
                .distinct()
                .sorted()
                .toArray();

        assertThat(drawn).containsExactly(3, 70, 150);
    }

    @Test
    void greedyTakesTheHighestOfTheMask() {
        float[] logits = {1, 9, 3, 8, 2};

        assertThat(new Sampler(5).sample(segment(logits), SamplingOptions.GREEDY, NO_HISTORY, 0, 0, 0, mask(0, 2, 4)))
                .isEqualTo(2);
        assertThat(logits).containsExactly(1, 9, 3, 8, 2);
    }

    /** A set of tokens alters the draw as if the model had given the others no chance: the same token, not only the same distribution. */
    @Test
    void aMaskActsAsLogitsOfNegativeInfinity() {
        SamplingOptions options = new SamplingOptions(0.8, 5, 0.9, 0.01, 1.2, 0.5, 0.5, Map.of(2, 3.0));
        TokenHistory history = new TokenHistory(new int[] {1, 2, 3});
        history.append(4);
        TokenMask mask = mask(1, 2, 4, 10, 11, 12, 13, 99);
        Sampler sampler = new Sampler(100);
        for (int position = 0; position < 200; position++) {
            float[] logits = logits(100, position);
            float[] masked = logits.clone();
            for (int id = 0; id < masked.length; id++) {
                masked[id] = mask.allows(id) ? masked[id] : Float.NEGATIVE_INFINITY;
            }

            assertThat(sampler.sample(segment(logits), options, history, 7, 0, position, mask))
                    .isEqualTo(sampler.sample(masked, options, history, 7, 0, position));
        }
    }

    @Test
    void biasDoesNotBringAMaskedTokenBack() {
        float[] logits = {1, 2, 3};
        SamplingOptions biased = new SamplingOptions(1, 0, 1, 0, 1, 0, 0, Map.of(2, 100.0));
        Sampler sampler = new Sampler(3);

        assertThat(IntStream.range(0, 50)
                        .map(position ->
                                sampler.sample(segment(logits), biased, NO_HISTORY, 1, 0, position, mask(0, 1))))
                .doesNotContain(2);
    }

    @Test
    void aMaskThatLeavesNothingIsAnError() {
        float[] logits = {1, Float.NEGATIVE_INFINITY, 3};

        assertThatThrownBy(() -> new Sampler(3).sample(segment(logits), PLAIN, NO_HISTORY, 0, 0, 5, mask(1)))
                .isInstanceOf(GenerationFailedException.class)
                .hasMessageContaining("1 tokens")
                .hasMessageContaining("position 5");
        assertThatThrownBy(() -> new Sampler(3).sample(segment(logits), PLAIN, NO_HISTORY, 0, 0, 0, mask()))
                .isInstanceOf(GenerationFailedException.class);
    }

    @Test
    void aMaskKnowsItsTokens() {
        TokenMask mask = mask(0, 63, 64).or(mask(200));

        assertThat(IntStream.range(-5, 400).filter(mask::allows)).containsExactly(0, 63, 64, 200);
        assertThat(mask.count()).isEqualTo(4);
        assertThat(mask(200).or(mask(0, 63, 64)).count()).isEqualTo(4);
    }

    private static TokenMask mask(int... ids) {
        BitSet bits = new BitSet();
        IntStream.of(ids).forEach(bits::set);
        return TokenMask.of(bits.toLongArray());
    }

    private static MemorySegment segment(float[] logits) {
        return MemorySegment.ofArray(logits);
    }
}
