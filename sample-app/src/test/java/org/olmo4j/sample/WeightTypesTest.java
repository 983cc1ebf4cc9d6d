package org.olmo4j.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.Olmo;
import org.olmo4j.backend.Backends;
import org.olmo4j.backend.KeyValueType;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;
import org.olmo4j.backend.StepResult;
import org.olmo4j.backend.WeightType;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.hub.ModelSource;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.sampling.TokenLogProbability;
import org.olmo4j.text.ChatMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What narrower weights cost: perplexity and divergence against the weights as stored, on the held-back questions that the demo model answers
 * rightly and their answers. Stored weights are BF16, computed in F32.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WeightTypesTest {

    private static final Logger LOG = LoggerFactory.getLogger(WeightTypesTest.class);
    private static final String MODEL = "classpath:demo-model";
    private static final Path HELD_BACK = Path.of("demo-model/held_back.json");

    private final List<int[]> texts = new ArrayList<>();
    private final List<double[]> stored = new ArrayList<>();

    /**
     * Means over all tokens but the first ones of texts.
     *
     * @param perplexity of the texts
     * @param divergence Kullback-Leibler, of the distribution from that with stored weights
     * @param agreement how often both find the same token most probable
     */
    private record Quality(double perplexity, double divergence, double agreement) {}

    @BeforeAll
    void answerAndMeasureWithStoredWeights() throws IOException {
        try (Olmo olmo = Olmo.load(MODEL)) {
            for (JsonNode question :
                    JsonMapper.shared().readTree(HELD_BACK.toFile()).get("questions")) {
                if (question.get("ask").isString()) {
                    answer(olmo, question);
                }
            }
        }
        assertThat(texts).as("questions that are answered rightly").hasSizeGreaterThan(150);
        measure(LoadOptions.DEFAULT, (text, distributions) -> stored.addAll(distributions));
    }

    private void answer(Olmo olmo, JsonNode question) {
        ChatMessage message =
                new ChatMessage(ChatMessage.Role.USER, question.get("ask").asString());
        GenerationResult result = olmo.generate(GenerationRequest.builder(new Prompt.Chat(List.of(message)))
                .sampling(SamplingOptions.GREEDY)
                .maxTokens(120)
                .build());
        if (isRight(question, result.text())) {
            texts.add(Stream.concat(result.promptTokenIds().stream(), result.tokenIds().stream())
                    .mapToInt(Integer::intValue)
                    .toArray());
        }
    }

    private static boolean isRight(JsonNode question, String answer) {
        for (JsonNode wanted : question.path("contains")) {
            boolean found = wanted.isArray()
                    ? IntStream.range(0, wanted.size())
                            .anyMatch(i -> answer.contains(wanted.get(i).asString()))
                    : answer.contains(wanted.asString());
            if (!found) {
                return false;
            }
        }
        for (JsonNode unwanted : question.path("excludes")) {
            if (answer.contains(unwanted.asString())) {
                return false;
            }
        }
        return true;
    }

    static Stream<Arguments> bounds() {
        LoadOptions.Builder options = LoadOptions.builder();
        return Stream.of(
                Arguments.argumentSet("F32", options.weights(WeightType.F32).build(), 1.000001, 1e-9),
                Arguments.argumentSet("INT8", options.weights(WeightType.INT8).build(), 1.005, 1e-4),
                Arguments.argumentSet("INT4", options.weights(WeightType.INT4).build(), 1.08, 0.01),
                Arguments.argumentSet(
                        "INT4, embedding and output head too",
                        options.embeddingWeights(WeightType.INT4).build(),
                        1.08,
                        0.01),
                Arguments.argumentSet(
                        "BF16 keys and values",
                        LoadOptions.builder().keyValues(KeyValueType.BF16).build(),
                        1.005,
                        1e-4));
    }

    @ParameterizedTest
    @MethodSource("bounds")
    void narrowerTypesStayWithinTheirBounds(LoadOptions options, double mostPerplexity, double mostDivergence) {
        Quality base = quality(LoadOptions.DEFAULT);
        Quality quality = quality(options);
        LOG.info(
                "weights {}, embedding {}, KV {}: perplexity {} times {}, mean divergence {}, same first token {}",
                options.weights(),
                options.embeddingWeights(),
                options.keyValues(),
                quality.perplexity() / base.perplexity(),
                base.perplexity(),
                quality.divergence(),
                quality.agreement());
        assertThat(base.divergence()).isZero();
        assertThat(quality.perplexity() / base.perplexity()).isLessThanOrEqualTo(mostPerplexity);
        assertThat(quality.divergence()).isLessThanOrEqualTo(mostDivergence);
    }

    private Quality quality(LoadOptions options) {
        double[] sums = new double[3];
        int[] token = new int[1];
        measure(options, (text, distributions) -> {
            for (int i = 0; i < distributions.size(); i++, token[0]++) {
                double[] expected = stored.get(token[0]);
                double[] actual = distributions.get(i);
                sums[0] -= actual[text[i + 1]];
                sums[1] += divergence(expected, actual);
                sums[2] += largest(expected) == largest(actual) ? 1 : 0;
            }
        });
        assertThat(token[0]).isEqualTo(stored.size());
        return new Quality(Math.exp(sums[0] / token[0]), sums[1] / token[0], sums[2] / token[0]);
    }

    private static double divergence(double[] expected, double[] actual) {
        double sum = 0;
        for (int id = 0; id < expected.length; id++) {
            sum += Math.exp(expected[id]) * (expected[id] - actual[id]);
        }
        return sum;
    }

    private static int largest(double[] logProbabilities) {
        int largest = 0;
        for (int id = 1; id < logProbabilities.length; id++) {
            largest = logProbabilities[id] > logProbabilities[largest] ? id : largest;
        }
        return largest;
    }

    /** Gets the distribution after each token of a text but the last, as log-probabilities of all tokens. */
    private interface Consumer {
        void accept(int[] text, List<double[]> distributions);
    }

    private void measure(LoadOptions options, Consumer consumer) {
        try (Checkpoint checkpoint = Checkpoint.open(ModelSource.of(MODEL));
                LoadedModel model = Backends.discover().select("cpu").load(checkpoint, options, LoadProgress.NONE)) {
            for (int[] text : texts) {
                consumer.accept(text, distributions(model, text));
            }
        }
    }

    private static List<double[]> distributions(LoadedModel model, int[] text) {
        int vocabulary = model.spec().vocabularySize();
        int count = text.length - 1;
        int[] inputs = java.util.Arrays.copyOf(text, count);
        int[] targets = java.util.Arrays.copyOfRange(text, 1, text.length);
        int blockTokens = model.cacheLayout().groups().getFirst().blockTokens();
        int[] blocks =
                IntStream.range(0, (count + blockTokens - 1) / blockTokens).toArray();
        Step.Row row = new Step.Row(
                new Step.RowTokens.Known(inputs),
                0,
                List.of(blocks),
                new OutputRequest.TokenLogProbabilities(targets, vocabulary),
                0);
        StepResult result = model.submit(new Step(List.of(row), MemorySegment.NULL, () -> false))
                .await();
        StepResult.RowOutput.LogProbabilities output = (StepResult.RowOutput.LogProbabilities)
                ((StepResult.Completed) result).rows().getFirst();
        List<double[]> distributions = new ArrayList<>();
        for (TokenLogProbability token : output.tokens()) {
            double[] distribution = new double[vocabulary];
            token.top().forEach(alternative -> distribution[alternative.tokenId()] = alternative.logProbability());
            distributions.add(distribution);
        }
        return distributions;
    }
}
