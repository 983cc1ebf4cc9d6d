package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;
import org.olmo4j.backend.conformance.ModelDriver;
import org.olmo4j.backend.conformance.ReferenceCase;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.sampling.TokenLogProbability;

/**
 * The forward pass computes what HuggingFace transformers computes: on this project's own tiny checkpoints always, and on the reference
 * cases where {@code OLMO_REFERENCE_DIR} leads to them. And its bits depend on nothing but the tokens before a position.
 */
class ReferenceTest {

    private static final LoadOptions OPTIONS = options(2);

    private static final Path TINY_CHECKPOINTS = Path.of("src", "test", "resources", "tiny-checkpoints");

    private static LoadOptions options(int threads) {
        return LoadOptions.builder()
                .threads(threads)
                .keyValueCacheBytes(32L << 20)
                .build();
    }

    static List<ReferenceCase> ownCases() {
        return ReferenceCase.readAll(TINY_CHECKPOINTS, "expected.json");
    }

    static List<ReferenceCase> allCases() {
        List<ReferenceCase> cases = new ArrayList<>(ownCases());
        String folder = System.getenv("OLMO_REFERENCE_DIR");
        if (folder != null) {
            cases.addAll(ReferenceCase.readAll(Path.of(folder, "cases"), "reference.json"));
        }
        return cases;
    }

    static List<KernelChoice> allKernels() {
        return List.of(
                KernelChoice.scalar(), KernelChoice.vector(128), KernelChoice.vector(256), KernelChoice.vector(512));
    }

    static Stream<Arguments> casesByKernels() {
        return allCases().stream()
                .flatMap(reference -> allKernels().stream()
                        .map(kernels ->
                                Arguments.argumentSet(reference + ", " + kernels.description(), reference, kernels)));
    }

    @Test
    void referenceCasesAreThere() {
        if (System.getenv("OLMO_REFERENCE_DIR") == null) {
            abort("OLMO_REFERENCE_DIR is not set: only this project's own tiny checkpoints are tested");
        }
        assertThat(allCases()).hasSizeGreaterThanOrEqualTo(ownCases().size() + 9);
    }

    @Test
    void everyFamilyHasATinyCheckpoint() {
        assertThat(ownCases().stream().map(ReferenceCase::toString))
                .contains("olmo", "olmo-original-layout", "olmo-tied", "olmo2", "olmo3", "olmo3-new-spelling", "olmoe");
    }

    @ParameterizedTest
    @MethodSource("casesByKernels")
    void logitsAreThoseOfTransformers(ReferenceCase reference, KernelChoice kernels) {
        onModel(reference, kernels, OPTIONS, driver -> {
            for (Map.Entry<Integer, float[]> expected : reference.logits().entrySet()) {
                int[] ids = Arrays.copyOf(reference.inputIds(), expected.getKey() + 1);
                assertThat(driver.new Sequence().logits(ids))
                        .as("position %d", expected.getKey())
                        .containsExactly(expected.getValue(), within(ReferenceCase.TOLERANCE));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("casesByKernels")
    void greedyContinuationsAreThoseOfTransformers(ReferenceCase reference, KernelChoice kernels) {
        onModel(
                reference,
                kernels,
                OPTIONS,
                driver -> assertThat(driver.greedy(reference.promptIds(), reference.greedyIds().length))
                        .containsExactly(reference.greedyIds()));
    }

    @ParameterizedTest
    @MethodSource("casesByKernels")
    void logProbabilitiesAreThoseOfTransformers(ReferenceCase reference, KernelChoice kernels) {
        onModel(reference, kernels, OPTIONS, driver -> {
            for (ReferenceCase.Score score : reference.scores()) {
                List<TokenLogProbability> actual = score(driver, score);
                for (int i = 0; i < score.continuation().length; i++) {
                    assertThat(actual.get(i).logProbability())
                            .isCloseTo(score.tokenLogProbabilities()[i], within(ReferenceCase.TOLERANCE));
                }
                assertThat(actual.stream()
                                .allMatch(token -> token.top().getFirst().tokenId() == token.tokenId()))
                        .isEqualTo(score.greedy());
            }
        });
    }

    private static List<TokenLogProbability> score(ModelDriver driver, ReferenceCase.Score score) {
        int[] context = score.context();
        int[] continuation = score.continuation();
        int[] ids = Arrays.copyOf(context, context.length + continuation.length - 1);
        System.arraycopy(continuation, 0, ids, context.length, continuation.length - 1);
        int[] targets = new int[ids.length];
        System.arraycopy(ids, 1, targets, 0, ids.length - 1);
        targets[ids.length - 1] = continuation[continuation.length - 1];
        return driver.new Sequence().logProbabilities(ids, targets, 1).subList(context.length - 1, ids.length);
    }

    @ParameterizedTest
    @MethodSource("ownCases")
    void bitsDependNeitherOnKernelsNorOnThreadsNorOnChunks(ReferenceCase reference) {
        Map<Integer, float[]> expected = new TreeMap<>();
        onModel(
                reference,
                KernelChoice.scalar(),
                OPTIONS,
                driver -> expected.putAll(driver.logitsInChunks(reference.inputIds(), 1)));
        for (KernelChoice kernels : allKernels()) {
            for (int threads : new int[] {1, 3}) {
                onModel(reference, kernels, options(threads), driver -> {
                    for (int chunk : new int[] {1, 2, 3, 5, 16, reference.inputIds().length}) {
                        driver.logitsInChunks(reference.inputIds(), chunk)
                                .forEach((position, logits) -> assertThat(logits)
                                        .as("%s, %d threads, chunks of %d", kernels.description(), threads, chunk)
                                        .containsExactly(expected.get(position)));
                    }
                });
            }
        }
    }

    @ParameterizedTest
    @MethodSource("allCases")
    void sequencesInABatchGetTheBitsTheyGetAlone(ReferenceCase reference) {
        onModel(reference, KernelChoice.best(), OPTIONS, driver -> {
            int[] ids = reference.inputIds();
            List<Step.Row> rows = new ArrayList<>();
            List<float[]> alone = new ArrayList<>();
            for (int length = 1; length <= 16; length++) {
                int[] prefix = Arrays.copyOf(ids, length);
                alone.add(driver.new Sequence().logits(prefix));
                rows.add(driver.new Sequence().row(prefix, new OutputRequest.Logits()));
            }
            List<float[]> together = driver.step(rows);
            for (int i = 0; i < alone.size(); i++) {
                assertThat(together.get(i)).as("sequence of %d tokens", i + 1).containsExactly(alone.get(i));
            }
        });
    }

    private static void onModel(
            ReferenceCase reference, KernelChoice kernels, LoadOptions options, Consumer<ModelDriver> body) {
        try (Checkpoint checkpoint = reference.open();
                LoadedModel model = new CpuBackendProvider(kernels).load(checkpoint, options, LoadProgress.NONE);
                ModelDriver driver = new ModelDriver(model)) {
            body.accept(driver);
        }
    }
}
