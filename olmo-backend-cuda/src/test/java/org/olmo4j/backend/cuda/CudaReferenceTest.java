package org.olmo4j.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.conformance.ModelDriver;
import org.olmo4j.backend.conformance.ReferenceCase;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.sampling.TokenLogProbability;

/** The exact kernels against HuggingFace transformers in float32, every family, end to end through the driver. */
@EnabledIfEnvironmentVariable(named = "OLMO_REFERENCE_DIR", matches = ".+")
class CudaReferenceTest {

    private static final LoadOptions OPTIONS = LoadOptions.builder()
            .keyValueCacheBytes(8L << 20)
            .maxStepTokens(64)
            .maxStepRows(16)
            .build();

    static Stream<ReferenceCase> cases() {
        return ReferenceCase.readAll(Path.of(System.getenv("OLMO_REFERENCE_DIR"), "cases"), "reference.json").stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void logitsGreedyTokensAndLogProbabilitiesAreThoseOfTransformers(ReferenceCase reference) {
        try (TestGpu gpu = TestGpu.open();
                Checkpoint checkpoint = reference.open();
                LoadedModel model = gpu.provider().load(checkpoint, OPTIONS, LoadProgress.NONE);
                ModelDriver driver = new ModelDriver(model)) {
            logitsAreThoseOf(reference, driver);
            assertThat(driver.greedy(reference.promptIds(), reference.greedyIds().length))
                    .containsExactly(reference.greedyIds());
            for (ReferenceCase.Score score : reference.scores()) {
                logProbabilitiesAreThoseOf(score, driver);
            }
        }
    }

    /** Token by token, in chunks that end inside blocks, and as a whole: few tokens and many have kernels of their own. */
    private static void logitsAreThoseOf(ReferenceCase reference, ModelDriver driver) {
        for (int chunk : new int[] {1, 7, reference.inputIds().length}) {
            driver.logitsInChunks(reference.inputIds(), chunk).forEach((position, logits) -> {
                float[] expected = reference.logits().get(position);
                if (expected != null) {
                    for (int i = 0; i < expected.length; i++) {
                        assertThat(logits[i])
                                .as("chunks of %d, position %d, token %d", chunk, position, i)
                                .isCloseTo(expected[i], within(ReferenceCase.TOLERANCE));
                    }
                }
            });
        }
    }

    private static void logProbabilitiesAreThoseOf(ReferenceCase.Score score, ModelDriver driver) {
        int[] context = score.context();
        int[] continuation = score.continuation();
        int[] ids = Arrays.copyOf(context, context.length + continuation.length - 1);
        System.arraycopy(continuation, 0, ids, context.length, continuation.length - 1);
        int[] targets = new int[ids.length];
        System.arraycopy(ids, 1, targets, 0, ids.length - 1);
        targets[ids.length - 1] = continuation[continuation.length - 1];
        List<TokenLogProbability> actual =
                driver.new Sequence().logProbabilities(ids, targets, 1).subList(context.length - 1, ids.length);
        for (int i = 0; i < continuation.length; i++) {
            assertThat(actual.get(i).logProbability())
                    .isCloseTo(score.tokenLogProbabilities()[i], within(ReferenceCase.TOLERANCE));
        }
        assertThat(actual.stream().allMatch(token -> token.top().getFirst().tokenId() == token.tokenId()))
                .isEqualTo(score.greedy());
    }
}
