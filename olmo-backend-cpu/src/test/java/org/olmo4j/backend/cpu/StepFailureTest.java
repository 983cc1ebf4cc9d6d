package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.Numerics;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;
import org.olmo4j.backend.StepResult;
import org.olmo4j.backend.StepResult.RowOutput;
import org.olmo4j.backend.conformance.ModelDriver;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.checkpoint.TensorRole;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.spec.OlmoSpec;

/** What goes wrong in a step is the end of as little as can be: of one row, or of the step, never of the engine. */
class StepFailureTest {

    private static final LoadOptions OPTIONS = TestModels.options(2, 1 << 20, 64, 4);

    /** More than any address space has. */
    private static final long TOO_MUCH = 1L << 60;

    private static int[] ids(int seed) {
        return new Random(seed).ints(20, 1, TestModels.tiny().vocabularySize()).toArray();
    }

    private static LoadedModel modelWithAnImpossibleCache(RandomCheckpoint checkpoint) {
        CacheLayout layout = new CacheLayout(List.of(new CacheLayout.Group(OptionalInt.empty(), 32, 4, TOO_MUCH)));
        return new CpuModel(
                checkpoint,
                OPTIONS,
                layout,
                new CpuModel.Identity("test", new Numerics("cpu", "f32", "f32", "test")),
                new CpuDevice(KernelChoice.scalar()),
                LoadProgress.NONE);
    }

    private static RandomCheckpoint checkpointOfOneCacheGroup() {
        return new RandomCheckpoint(TestModels.olmo3(96, 64, 4, 4, 16, 96, TestModels.FULL), TensorType.F32);
    }

    @Test
    void logitsThatAreNotNumbersFailTheirRowAlone() {
        OlmoSpec spec = TestModels.tiny();
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(spec, TensorType.F32);
                LoadedModel model = new CpuBackendProvider().load(checkpoint, OPTIONS, LoadProgress.NONE);
                ModelDriver driver = new ModelDriver(model)) {
            int[] good = ids(1);
            int[] bad = ids(2);
            bad[bad.length / 2] = 0;
            RowOutput alone = scores(driver, model, good).getFirst();
            // Every sequence with token 0 has no numbers from there on.
            checkpoint.tensor(TensorRole.TOKEN_EMBEDDING).data().set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, Float.NaN);

            List<RowOutput> outputs = scores(driver, model, good, bad, good);

            assertThat(outputs.get(0)).isEqualTo(alone).isInstanceOf(RowOutput.LogProbabilities.class);
            assertThat(outputs.get(2)).isEqualTo(alone);
            assertThat(outputs.get(1))
                    .isInstanceOfSatisfying(
                            RowOutput.Failed.class,
                            failed -> assertThat(failed.reason()).hasMessageContaining("NaN"));
        }
    }

    private static List<RowOutput> scores(ModelDriver driver, LoadedModel model, int[]... prompts) {
        List<Step.Row> rows = Arrays.stream(prompts)
                .map(prompt -> driver.new Sequence().row(prompt, new OutputRequest.TokenLogProbabilities(prompt, 2)))
                .toList();
        StepResult result =
                model.submit(new Step(rows, MemorySegment.NULL, () -> false)).await();
        return ((StepResult.Completed) result).rows();
    }

    @Test
    void aCacheForWhichTheSystemHasNoMemoryFailsRequestsWithItsSizeAndKeyAndNotTheEngine() throws Exception {
        try (RandomCheckpoint checkpoint = checkpointOfOneCacheGroup();
                LoadedModel model = modelWithAnImpossibleCache(checkpoint);
                Engine engine = Engine.builder(model).start()) {
            for (int seed : new int[] {1, 2}) {
                assertThatThrownBy(() -> engine.submit(GenerationRequest.builder(new Prompt.Tokens(ids(seed)))
                                        .maxTokens(2)
                                        .build())
                                .await())
                        .isInstanceOf(GenerationFailedException.class)
                        .hasMessageContaining(TOO_MUCH + " more bytes of the KV cache")
                        .hasMessageContaining("olmo.engine.kv-cache-size")
                        .hasCauseInstanceOf(OutOfMemoryError.class);
            }
            assertThat(engine.status().failure()).isNull();
            assertThat(engine.status().keyValueBlocksUsed()).isZero();
        }
    }

    @Test
    void aMalformedStepIsRefusedBeforeMemoryIsTakenForIt() {
        try (RandomCheckpoint checkpoint = checkpointOfOneCacheGroup();
                LoadedModel model = modelWithAnImpossibleCache(checkpoint)) {
            Step.Row good = new Step.Row(
                    new Step.RowTokens.Known(ids(1)), 0, List.of(new int[] {0}), new OutputRequest.None(), 0);
            Step.Row bad = new Step.Row(
                    new Step.RowTokens.Known(ids(1)), 0, List.of(new int[] {4}), new OutputRequest.None(), 0);
            assertThatThrownBy(() -> model.submit(new Step(List.of(good, bad), MemorySegment.NULL, () -> false)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Block id 4");
            assertThatThrownBy(() -> model.submit(new Step(List.of(good), MemorySegment.NULL, () -> false))
                            .await())
                    .isInstanceOf(GenerationFailedException.class);
        }
    }

    @Test
    void blocksForWhichTheSystemHasNoMemoryAreNotCopied() {
        try (RandomCheckpoint checkpoint = checkpointOfOneCacheGroup();
                LoadedModel model = modelWithAnImpossibleCache(checkpoint)) {
            assertThatThrownBy(() -> model.copyBlocks(0, new int[] {0}, new int[] {1}))
                    .isInstanceOf(GenerationFailedException.class)
                    .hasMessageContaining("KV cache");
        }
    }

    /** In a JVM of its own with a heap that holds the buffers of a short step, and not those of a long one. */
    @Test
    void aStepWithoutEnoughHeapFailsAndShorterOnesStillRun() throws Exception {
        String output = ChildJvm.run(List.of("-Xmx96m", KernelChoice.VECTOR_FLAG), LongAndShortStep.class);
        assertThat(output)
                .contains("A step of 1 rows with 512 tokens ran out of memory")
                .endsWith("short step: same\n");
    }

    /** Main class of the child JVM. */
    static final class LongAndShortStep {
        public static void main(String[] arguments) {
            // Feed-forward activations of 512 tokens: 2 x 102 MB.
            OlmoSpec spec = TestModels.olmo3(96, 32, 2, 2, 16, 50_000, TestModels.FULL);
            LoadOptions options = TestModels.options(2, 1 << 20, 512, 4);
            int[] many = new Random(3).ints(512, 0, 96).toArray();
            int[] few = Arrays.copyOf(many, 30);
            try (RandomCheckpoint checkpoint = new RandomCheckpoint(spec, TensorType.BF16);
                    LoadedModel model = new CpuBackendProvider().load(checkpoint, options, LoadProgress.NONE);
                    ModelDriver driver = new ModelDriver(model)) {
                float[] expected = driver.new Sequence().logits(Arrays.copyOf(few, 3));
                try {
                    driver.new Sequence().logits(many);
                } catch (GenerationFailedException failure) {
                    System.out.println(failure.getMessage());
                }
                ModelDriver.Sequence after = driver.new Sequence();
                after.logits(few);
                after.rewind();
                boolean same = Arrays.equals(after.logits(Arrays.copyOf(few, 3)), expected);
                System.out.println("short step: " + (same ? "same" : "different"));
            }
        }
    }
}
