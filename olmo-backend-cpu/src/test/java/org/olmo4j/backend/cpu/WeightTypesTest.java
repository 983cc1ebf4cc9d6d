package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.backend.KeyValueType;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.WeightType;
import org.olmo4j.backend.conformance.AxisModels;
import org.olmo4j.backend.conformance.ModelDriver;
import org.olmo4j.backend.conformance.PlainForwardPass;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.cpu.kernel.HeldNumbers;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.backend.cpu.kernel.WeightFormat;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.TensorRole;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.OlmoSpec;

/** Weights converted at load, and keys and values in BF16. */
class WeightTypesTest {

    private static final int TOKENS = 75;
    private static final LoadOptions OPTIONS = LoadOptions.builder()
            .threads(2)
            .keyValueCacheBytes(32L << 20)
            .maxStepTokens(256)
            .maxStepRows(4)
            .build();

    static Stream<Arguments> conversions() {
        List<Arguments> conversions = new ArrayList<>();
        for (OlmoSpec spec : List.of(AxisModels.dense(), AxisModels.mixture(), AxisModels.tied())) {
            for (WeightType weights : WeightType.values()) {
                for (TensorType stored : TensorType.values()) {
                    if (weights == WeightType.INT4 && spec.feedForward() instanceof FeedForward.MixtureOfExperts) {
                        // A last bit can turn the rounding of an input, and that the choice of an expert: nothing to
                        // compare.
                        continue;
                    }
                    conversions.add(Arguments.argumentSet(
                            spec.family() + " of " + stored + " as " + weights, spec, stored, weights));
                }
            }
        }
        return conversions.stream();
    }

    @ParameterizedTest
    @MethodSource("conversions")
    void logitsAreThoseOfPlainArithmeticWithTheWeightsThatAreHeld(
            OlmoSpec spec, TensorType stored, WeightType weights) {
        int[] ids = randomIds(spec);
        LoadOptions options = OPTIONS.mutate().weights(weights).build();
        // Where last bits differ from those in double, a quantized input may round to the other side: seldom, but then
        // by a whole step.
        double largest = weights == WeightType.INT4 ? 0.2 : 1e-4;
        double mean = weights == WeightType.INT4 ? 3e-3 : 1e-5;
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(spec, stored)) {
            double[][] expected = new PlainForwardPass(checkpoint, new Held(stored, weights)).logits(ids);
            double sum = 0;
            int count = 0;
            for (Map.Entry<Integer, float[]> logits : logits(checkpoint, new CpuBackendProvider(), options, ids, 9)
                    .entrySet()) {
                for (int id = 0; id < logits.getValue().length; id++, count++) {
                    double difference = Math.abs(logits.getValue()[id] - expected[logits.getKey()][id]);
                    assertThat(difference)
                            .as("logit %d at position %d", id, logits.getKey())
                            .isLessThan(largest);
                    sum += difference;
                }
            }
            assertThat(sum / count).as("mean difference").isLessThan(mean);
        }
    }

    /** The numbers of each format, by its definition. */
    private record Held(TensorType stored, WeightType type) implements PlainForwardPass.Holding {

        private WeightFormat format(TensorRole role) {
            boolean outer = role == TensorRole.TOKEN_EMBEDDING || role == TensorRole.OUTPUT_HEAD;
            if (role == TensorRole.ROUTER || type == WeightType.STORED) {
                return WeightFormat.of(stored);
            }
            return outer && type == WeightType.INT4 ? WeightFormat.INT8 : WeightFormat.valueOf(type.name());
        }

        @Override
        public float[] weights(TensorRole role, float[] elements, int columns) {
            float[] held = new float[elements.length];
            for (int start = 0; start < elements.length; start += columns) {
                float[] row = Arrays.copyOfRange(elements, start, start + columns);
                double[] numbers = HeldNumbers.weights(format(role), row);
                for (int k = 0; k < columns; k++) {
                    held[start + k] = (float) numbers[k];
                }
            }
            return held;
        }

        @Override
        public double[] inputs(TensorRole role, double[] input) {
            float[] floats = new float[input.length];
            for (int i = 0; i < input.length; i++) {
                floats[i] = (float) input[i];
            }
            return format(role) == WeightFormat.INT4 ? HeldNumbers.inputs(WeightFormat.INT4, floats) : input;
        }
    }

    static Stream<Arguments> heldTypes() {
        return Stream.of(WeightType.INT8, WeightType.INT4, WeightType.F16)
                .flatMap(weights -> Stream.of(KeyValueType.values()).map(keys -> Arguments.of(weights, keys)));
    }

    @ParameterizedTest
    @MethodSource("heldTypes")
    void bitsDependNeitherOnKernelsNorOnThreadsNorOnChunks(WeightType weights, KeyValueType keyValues) {
        LoadOptions options =
                OPTIONS.mutate().weights(weights).keyValues(keyValues).build();
        for (OlmoSpec spec : List.of(AxisModels.dense(), AxisModels.mixture())) {
            int[] ids = randomIds(spec);
            try (RandomCheckpoint checkpoint = new RandomCheckpoint(spec, TensorType.BF16)) {
                Map<Integer, float[]> expected = logits(
                        checkpoint,
                        new CpuBackendProvider(KernelChoice.scalar()),
                        options.mutate().threads(1).build(),
                        ids,
                        1);
                for (KernelChoice kernels : ReferenceTest.allKernels()) {
                    for (int chunk : new int[] {1, 3, 17, ids.length}) {
                        LoadOptions threads =
                                options.mutate().threads(1 + chunk % 3).build();
                        logits(checkpoint, new CpuBackendProvider(kernels), threads, ids, chunk)
                                .forEach((position, logits) -> assertThat(Arrays.equals(logits, expected.get(position)))
                                        .as("%s, chunks of %d, position %d", kernels.description(), chunk, position)
                                        .isTrue());
                    }
                }
            }
        }
    }

    @Test
    void narrowKeysAndValuesChangeLogitsALittle() {
        OlmoSpec spec = AxisModels.dense();
        int[] ids = randomIds(spec);
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(spec, TensorType.F32)) {
            Map<Integer, float[]> wide = logits(checkpoint, new CpuBackendProvider(), OPTIONS, ids, 9);
            LoadOptions narrow = OPTIONS.mutate().keyValues(KeyValueType.BF16).build();
            double largest = 0;
            for (Map.Entry<Integer, float[]> position :
                    logits(checkpoint, new CpuBackendProvider(), narrow, ids, 9).entrySet()) {
                for (int id = 0; id < position.getValue().length; id++) {
                    double difference = position.getValue()[id] - wide.get(position.getKey())[id];
                    largest = Math.max(largest, Math.abs(difference));
                }
            }
            assertThat(largest).isBetween(1e-5, 0.1);
        }
    }

    @ParameterizedTest
    @EnumSource(KeyValueType.class)
    void aBlockTakesTheMemoryOfItsType(KeyValueType type) {
        OlmoSpec spec = AxisModels.dense();
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(spec, TensorType.F32);
                LoadedModel model = new CpuBackendProvider()
                        .load(checkpoint, OPTIONS.mutate().keyValues(type).build(), LoadProgress.NONE)) {
            long elements = 32L * spec.keyValueHeads() * spec.headSize() * 2 * spec.layerCount();
            assertThat(model.cacheLayout().groups().getFirst().blockBytes()).isEqualTo(elements * type.bytes());
            assertThat(model.numerics().keyValueType()).isEqualTo(type.name().toLowerCase(java.util.Locale.ROOT));
            assertThat(model.description()).endsWith("KV cache " + type);
        }
    }

    @Test
    void whatWasChosenIsSaid() {
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(AxisModels.dense(), TensorType.BF16)) {
            assertSaid(checkpoint, OPTIONS, "bf16", "weights BF16 copied off-heap");
            assertSaid(
                    checkpoint,
                    OPTIONS.mutate().weights(WeightType.BF16).build(),
                    "bf16",
                    "weights BF16 copied off-heap");
            assertSaid(
                    checkpoint,
                    OPTIONS.mutate().weights(WeightType.INT8).build(),
                    "int8",
                    "weights INT8 converted from BF16");
            assertSaid(
                    checkpoint,
                    OPTIONS.mutate().weights(WeightType.INT4).build(),
                    "int4/int8",
                    "weights INT4 converted from BF16, embedding and output head INT8");
            assertSaid(
                    checkpoint,
                    OPTIONS.mutate()
                            .weights(WeightType.INT4)
                            .embeddingWeights(WeightType.STORED)
                            .build(),
                    "int4/bf16",
                    "weights INT4 converted from BF16, embedding and output head BF16");
        }
    }

    private static void assertSaid(Checkpoint checkpoint, LoadOptions options, String type, String description) {
        try (LoadedModel model = new CpuBackendProvider().load(checkpoint, options, LoadProgress.NONE)) {
            assertThat(model.numerics().weightType()).isEqualTo(type);
            assertThat(model.description()).contains(", " + description + ", KV cache");
            assertThat(model.options().weights()).isEqualTo(options.weights());
            assertThat(model.options().embeddingWeights()).isPresent();
        }
    }

    @Test
    void progressRisesToAllBytes() {
        try (Checkpoint checkpoint = ReferenceTest.ownCases().getFirst().open()) {
            List<Long> done = new CopyOnWriteArrayList<>();
            LoadProgress progress = (doneBytes, totalBytes) -> {
                assertThat(totalBytes).isEqualTo(checkpoint.weightBytes());
                done.add(doneBytes);
            };
            new CpuBackendProvider()
                    .load(checkpoint, OPTIONS.mutate().weights(WeightType.INT8).build(), progress)
                    .close();
            assertThat(done).isSorted().hasSizeGreaterThan(5).endsWith(checkpoint.weightBytes());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "INT8", "INT4"})
    void aWeightThatIsNoFiniteNumberIsNamed(WeightType weights) {
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(AxisModels.dense(), TensorType.F32)) {
            MemorySegment data = checkpoint.tensor(TensorRole.DOWN, 1).data();
            data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * (7 * 96 + 5), Float.POSITIVE_INFINITY);
            long before = CpuBackendProviderTest.computeThreads();
            assertThatThrownBy(() -> new CpuBackendProvider()
                            .load(checkpoint, OPTIONS.mutate().weights(weights).build(), LoadProgress.NONE))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("Row 7 of DOWN has a weight that " + weights + " cannot hold");
            assertThat(CpuBackendProviderTest.computeThreads()).isEqualTo(before);
        }
    }

    /** The largest binary16 is 65504. */
    @Test
    void aWeightBeyondTheRangeOfF16IsNamed() {
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(AxisModels.dense(), TensorType.F32)) {
            MemorySegment data = checkpoint.tensor(TensorRole.DOWN, 1).data();
            data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * (7 * 96 + 5), 70_000);
            LoadOptions options = OPTIONS.mutate().weights(WeightType.F16).build();
            assertThatThrownBy(() -> new CpuBackendProvider().load(checkpoint, options, LoadProgress.NONE))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("Row 7 of DOWN has a weight that F16 cannot hold");
        }
    }

    private static int[] randomIds(OlmoSpec spec) {
        return new Random(5).ints(TOKENS, 0, spec.vocabularySize()).toArray();
    }

    private static Map<Integer, float[]> logits(
            Checkpoint checkpoint, CpuBackendProvider backend, LoadOptions options, int[] ids, int chunk) {
        try (LoadedModel model = backend.load(checkpoint, options, LoadProgress.NONE);
                ModelDriver driver = new ModelDriver(model)) {
            return driver.logitsInChunks(ids, chunk);
        }
    }
}
