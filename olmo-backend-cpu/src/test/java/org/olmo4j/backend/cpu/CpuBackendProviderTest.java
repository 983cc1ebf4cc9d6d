package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.backend.Availability;
import org.olmo4j.backend.Backends;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;
import org.olmo4j.backend.StepResult;
import org.olmo4j.backend.conformance.ReferenceCase;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.error.BackendUnavailableException;
import org.slf4j.LoggerFactory;

/** How the backend is found and what it refuses. */
class CpuBackendProviderTest {

    private static final LoadOptions OPTIONS = LoadOptions.builder()
            .threads(1)
            .keyValueCacheBytes(1 << 20)
            .maxStepTokens(8)
            .maxStepRows(2)
            .build();

    @Test
    void theServiceLoaderFindsItAndAutoChoosesIt() {
        assertThat(Backends.discover().select(Backends.AUTO)).isInstanceOf(CpuBackendProvider.class);
    }

    @Test
    void withTheVectorApiItIsAvailableWithoutHints() {
        assertThat(new CpuBackendProvider().availability())
                .isInstanceOfSatisfying(Availability.Available.class, available -> {
                    assertThat(available.hints()).isEmpty();
                    assertThat(available.devices().getFirst().description()).contains("Vector API");
                });
    }

    @ParameterizedTest
    @CsvSource({
        ", " + KernelChoice.VECTOR_FLAG,
        "-Xint, -Xint",
        "-XX:TieredStopAtLevel=1, optimizedLaunch",
        "-XX:CompilationMode=quick-only, -XX:CompilationMode",
        "-XX:-UseFMA, -XX:-UseFMA"
    })
    void whereTheVectorApiIsMissingOrSlowItRunsScalarKernelsAndNamesTheFlag(@Nullable String flag, String hint)
            throws Exception {
        List<String> flags = flag == null ? List.of() : List.of(KernelChoice.VECTOR_FLAG, flag);
        String output = ChildJvm.run(flags, DescribeBackend.class);
        assertThat(output).contains("cpu, scalar kernels").contains(hint);
    }

    /** Main class of the child JVM. */
    static final class DescribeBackend {
        public static void main(String[] arguments) {
            Availability.Available available = (Availability.Available) new CpuBackendProvider().availability();
            LoggerFactory.getLogger(DescribeBackend.class).info("{}", available);
        }
    }

    @Test
    void aCacheTooSmallForABlockIsRefusedWithItsSize() {
        try (Checkpoint checkpoint = tiny().open()) {
            assertThatThrownBy(() -> new CpuBackendProvider()
                            .load(
                                    checkpoint,
                                    OPTIONS.mutate().keyValueCacheBytes(100).build(),
                                    LoadProgress.NONE))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("100 bytes");
        }
    }

    @Test
    void theDescriptionSaysWhatWasChosenAndWhy() {
        try (Checkpoint checkpoint = tiny().open();
                LoadedModel model =
                        new CpuBackendProvider(KernelChoice.vector(256)).load(checkpoint, OPTIONS, LoadProgress.NONE)) {
            assertThat(model.description())
                    .startsWith("cpu, Vector API, 256 bit (as chosen), 1 thread (")
                    .endsWith("weights " + checkpoint.storedType() + " mapped, KV cache F32");
        }
    }

    @Test
    void zerosInTheOptionsAreReplacedByWhatWasChosen() {
        try (Checkpoint checkpoint = tiny().open();
                LoadedModel model = new CpuBackendProvider().load(checkpoint, LoadOptions.DEFAULT, LoadProgress.NONE)) {
            assertThat(model.options().threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
            assertThat(model.options().keyValueCacheBytes()).isPositive();
            assertThat(model.cacheLayout().groups())
                    .allSatisfy(group -> assertThat(group.blockCount()).isPositive());
        }
    }

    static Stream<Arguments> malformedSteps() {
        OutputRequest none = new OutputRequest.None();
        return Stream.of(
                Arguments.argumentSet("no rows", List.of(), "without rows"),
                Arguments.argumentSet("too many rows", List.of(row(1), row(1), row(1)), "3 rows"),
                Arguments.argumentSet("too many tokens", List.of(row(1, 2, 3, 4, 5, 6, 7, 8, 9)), "9 tokens"),
                Arguments.argumentSet("no tokens", List.of(row()), "without tokens"),
                Arguments.argumentSet("an id outside the vocabulary", List.of(row(1_000_000)), "Token id 1000000"),
                Arguments.argumentSet("a negative id", List.of(row(-1)), "Token id -1"),
                Arguments.argumentSet(
                        "no block table",
                        List.of(new Step.Row(new Step.RowTokens.Known(new int[] {1}), 0, List.of(), none, 0)),
                        "0 block tables"),
                Arguments.argumentSet(
                        "a table that is too short",
                        List.of(new Step.Row(
                                new Step.RowTokens.Known(new int[] {1}), 40, List.of(new int[] {0}), none, 0)),
                        "for position 40"),
                Arguments.argumentSet(
                        "a block that does not exist",
                        List.of(new Step.Row(
                                new Step.RowTokens.Known(new int[] {1}), 0, List.of(new int[] {99_999}), none, 0)),
                        "Block id 99999"),
                Arguments.argumentSet(
                        "targets that do not match",
                        List.of(new Step.Row(
                                new Step.RowTokens.Known(new int[] {1}),
                                0,
                                List.of(new int[] {0}),
                                new OutputRequest.TokenLogProbabilities(new int[] {1, 2}, 0),
                                0)),
                        "2 targets for 1 tokens"),
                Arguments.argumentSet(
                        "a buffer without room for the logits",
                        List.of(new Step.Row(
                                new Step.RowTokens.Known(new int[] {1}),
                                0,
                                List.of(new int[] {0}),
                                new OutputRequest.Logits(),
                                0)),
                        "0 bytes for the logits of 1 rows"));
    }

    private static Step.Row row(int... ids) {
        return new Step.Row(new Step.RowTokens.Known(ids), 0, List.of(new int[] {0}), new OutputRequest.None(), 0);
    }

    @ParameterizedTest
    @MethodSource("malformedSteps")
    void aMalformedStepIsRefusedBeforeAnythingIsComputed(List<Step.Row> rows, String message) {
        onTiny(model -> assertThatThrownBy(() -> model.submit(new Step(rows, MemorySegment.NULL, () -> false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message));
    }

    @Test
    void closingTwiceIsClosingOnce() {
        try (Checkpoint checkpoint = tiny().open()) {
            LoadedModel model = new CpuBackendProvider().load(checkpoint, OPTIONS, LoadProgress.NONE);
            model.close();
            model.close();
            assertThatThrownBy(() -> model.submit(new Step(List.of(row(1)), MemorySegment.NULL, () -> false)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aModelThatCannotBeLoadedLeavesNoThreadBehind() {
        // Its norms have weights, which are read when it is loaded.
        Checkpoint checkpoint = ReferenceCase.read(tiny().folder().resolveSibling("olmo2"), "expected.json")
                .open();
        checkpoint.close();
        long before = computeThreads();
        assertThatThrownBy(() -> new CpuBackendProvider()
                        .load(checkpoint, OPTIONS.mutate().threads(3).build(), LoadProgress.NONE))
                .isInstanceOf(IllegalStateException.class);
        assertThat(computeThreads()).isEqualTo(before);
    }

    static long computeThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("olmo-compute-"))
                .count();
    }

    @Test
    void aRaisedStopFlagGivesTheStepUp() {
        onTiny(model -> assertThat(model.submit(new Step(List.of(row(1)), MemorySegment.NULL, () -> true))
                        .await())
                .isEqualTo(new StepResult.Stopped()));
    }

    @Test
    void aCopiedBlockHoldsTheSameKeysAndValues() {
        onTiny(model -> {
            try (Arena arena = Arena.ofConfined()) {
                long bytes = (long) model.spec().vocabularySize() * Float.BYTES;
                MemorySegment original = arena.allocate(bytes, 64);
                MemorySegment copy = arena.allocate(bytes, 64);
                model.submit(new Step(List.of(row(3, 1, 4, 1, 5)), original, () -> false))
                        .await();
                model.copyBlocks(0, new int[] {0}, new int[] {2});
                model.submit(new Step(List.of(next(0)), original, () -> false)).await();
                model.submit(new Step(List.of(next(2)), copy, () -> false)).await();
                assertThat(copy.mismatch(original)).isEqualTo(-1);
                model.submit(new Step(List.of(next(1)), copy, () -> false)).await();
                assertThat(copy.mismatch(original)).isNotEqualTo(-1);
            }
        });
    }

    private static Step.Row next(int block) {
        return new Step.Row(
                new Step.RowTokens.Known(new int[] {9}), 5, List.of(new int[] {block}), new OutputRequest.Logits(), 0);
    }

    private static ReferenceCase tiny() {
        return ReferenceTest.ownCases().getFirst();
    }

    private static void onTiny(Consumer<LoadedModel> body) {
        try (Checkpoint checkpoint = tiny().open();
                LoadedModel model = new CpuBackendProvider().load(checkpoint, OPTIONS, LoadProgress.NONE)) {
            model.submit(new Step(
                            List.of(new Step.Row(
                                    new Step.RowTokens.Known(new int[] {1}),
                                    0,
                                    List.of(new int[] {1}),
                                    new OutputRequest.None(),
                                    0)),
                            MemorySegment.NULL,
                            () -> false))
                    .await();
            body.accept(model);
        }
    }
}
