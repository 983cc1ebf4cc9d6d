package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.conformance.ModelDriver;
import org.olmo4j.backend.conformance.PlainForwardPass;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.spec.OlmoSpec;

/**
 * The forward pass against plain double arithmetic, over many KV blocks, in every combination of axes that no released checkpoint has:
 * biases, renormalized experts, windows that end inside a block, odd widths, unaligned weights.
 */
class ForwardPassTest {

    private static final int TOKENS = 140;
    private static final LoadOptions OPTIONS = LoadOptions.builder()
            .threads(2)
            .keyValueCacheBytes(32L << 20)
            .maxStepTokens(256)
            .maxStepRows(4)
            .build();

    private static int[] randomIds(OlmoSpec spec) {
        return new Random(5).ints(TOKENS, 0, spec.vocabularySize()).toArray();
    }

    @ParameterizedTest
    @MethodSource("org.olmo4j.backend.conformance.AxisModels#all")
    void logitsAreThoseOfPlainArithmetic(OlmoSpec spec, TensorType type) {
        int[] ids = randomIds(spec);
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(spec, type);
                LoadedModel model = new CpuBackendProvider().load(checkpoint, OPTIONS, LoadProgress.NONE);
                ModelDriver driver = new ModelDriver(model)) {
            double[][] expected = new PlainForwardPass(checkpoint).logits(ids);
            driver.logitsInChunks(ids, 1).forEach((position, logits) -> {
                for (int id = 0; id < logits.length; id++) {
                    assertThat((double) logits[id])
                            .as("logit %d at position %d", id, position)
                            .isCloseTo(expected[position][id], within(1e-4));
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("org.olmo4j.backend.conformance.AxisModels#all")
    void bitsDependNeitherOnKernelsNorOnThreadsNorOnChunks(OlmoSpec spec, TensorType type) {
        int[] ids = randomIds(spec);
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(spec, type)) {
            Map<Integer, float[]> expected = logits(checkpoint, KernelChoice.scalar(), 1, ids, 1);
            for (KernelChoice kernels : ReferenceTest.allKernels()) {
                for (int chunk : new int[] {1, 7, 45, ids.length}) {
                    logits(checkpoint, kernels, 1 + chunk % 3, ids, chunk)
                            .forEach((position, logits) -> assertThat(Arrays.equals(logits, expected.get(position)))
                                    .as("%s, chunks of %d, position %d", kernels.description(), chunk, position)
                                    .isTrue());
                }
            }
        }
    }

    private static Map<Integer, float[]> logits(
            RandomCheckpoint checkpoint, KernelChoice kernels, int threads, int[] ids, int chunk) {
        LoadOptions options = OPTIONS.mutate().threads(threads).build();
        try (LoadedModel model = new CpuBackendProvider(kernels).load(checkpoint, options, LoadProgress.NONE);
                ModelDriver driver = new ModelDriver(model)) {
            return driver.logitsInChunks(ids, chunk);
        }
    }
}
