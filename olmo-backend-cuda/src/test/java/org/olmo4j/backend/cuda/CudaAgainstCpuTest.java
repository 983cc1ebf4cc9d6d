package org.olmo4j.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.backend.BackendProvider;
import org.olmo4j.backend.KeyValueType;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.WeightType;
import org.olmo4j.backend.conformance.AxisModels;
import org.olmo4j.backend.conformance.ModelDriver;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.cpu.CpuBackendProvider;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.OlmoSpec;

/** The GPU's logits against those of the CPU backend: every axis on which models differ, every type of weights, keys and values. */
class CudaAgainstCpuTest {

    /** More than the widest window, and so many that attention is divided between blocks. */
    private static final int LONG = 140;

    private static final int SHORT = 37;

    private static final LoadOptions OPTIONS = LoadOptions.builder()
            .threads(2)
            .keyValueCacheBytes(8L << 20)
            .maxStepTokens(64)
            .maxStepRows(4)
            .build();

    static Stream<Arguments> models() {
        return AxisModels.all();
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyAxisGivesTheLogitsOfTheCpu(OlmoSpec spec, TensorType type) {
        assertSameLogits(spec, type, OPTIONS, LONG, 20);
    }

    static Stream<Arguments> conversions() {
        List<Arguments> conversions = new ArrayList<>();
        for (OlmoSpec spec : List.of(AxisModels.dense(), AxisModels.mixture(), AxisModels.tied())) {
            for (WeightType weights : WeightType.values()) {
                boolean mixture = spec.feedForward() instanceof FeedForward.MixtureOfExperts;
                if (weights == WeightType.INT4 && mixture) {
                    // A last bit can turn the rounding of an input, and that the choice of an expert: nothing to
                    // compare.
                    continue;
                }
                for (KeyValueType keyValues : KeyValueType.values()) {
                    conversions.add(Arguments.argumentSet(
                            spec.family() + " as " + weights + " with a cache of " + keyValues,
                            spec,
                            weights,
                            keyValues));
                }
            }
        }
        return conversions.stream();
    }

    @ParameterizedTest
    @MethodSource("conversions")
    void everyTypeOfWeightsGivesTheLogitsOfTheCpu(OlmoSpec spec, WeightType weights, KeyValueType keyValues) {
        LoadOptions options =
                OPTIONS.mutate().weights(weights).keyValues(keyValues).build();
        assertSameLogits(spec, TensorType.BF16, options, SHORT, 5);
        assertSameLogits(spec, TensorType.BF16, options, SHORT, SHORT);
    }

    private static void assertSameLogits(OlmoSpec spec, TensorType type, LoadOptions options, int tokens, int chunk) {
        int[] ids = new Random(5).ints(tokens, 0, spec.vocabularySize()).toArray();
        // Where last bits differ, what is rounded (an input to 8 bits, a key to 16) may round to the other side.
        boolean rounds = options.weights() == WeightType.INT4 || options.keyValues() == KeyValueType.BF16;
        double largest = options.weights() == WeightType.INT4 ? 0.2 : rounds ? 0.02 : 1e-4;
        double mean = options.weights() == WeightType.INT4 ? 3e-3 : rounds ? 3e-4 : 1e-5;
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(spec, type);
                TestGpu gpu = TestGpu.open()) {
            Map<Integer, float[]> expected = logits(new CpuBackendProvider(), checkpoint, options, ids, 1);
            Difference difference = new Difference();
            logits(gpu.provider(), checkpoint, options, ids, chunk)
                    .forEach((position, logits) -> difference.add(expected.get(position), logits));
            assertThat(difference.largest).isLessThan(largest);
            assertThat(difference.sum / difference.count).as("mean").isLessThan(mean);
        }
    }

    /** How far logits are from each other. */
    private static final class Difference {
        private double largest;
        private double sum;
        private long count;

        void add(float[] expected, float[] actual) {
            assertThat(actual).hasSameSizeAs(expected);
            for (int i = 0; i < actual.length; i++) {
                // NaN counts as infinitely far: no comparison with it is true.
                double difference = Math.abs(actual[i] - expected[i]);
                difference = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
                largest = Math.max(largest, difference);
                sum += difference;
                count++;
            }
        }
    }

    private static Map<Integer, float[]> logits(
            BackendProvider backend, RandomCheckpoint checkpoint, LoadOptions options, int[] ids, int chunk) {
        try (LoadedModel model = backend.load(checkpoint, options, LoadProgress.NONE);
                ModelDriver driver = new ModelDriver(model)) {
            return driver.logitsInChunks(ids, chunk);
        }
    }
}
