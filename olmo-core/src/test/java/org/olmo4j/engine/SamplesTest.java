package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.engine.ScriptedModel.SeenRow;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.SamplingOptions;

/** Several samples of one request. Blocks have 4 tokens. */
class SamplesTest {

    private static final String PROMPT = "once upon a time in a land";

    /** Hot enough that the scripted model's favourite is not always drawn. */
    private static GenerationRequest.Builder request() {
        return Scenario.text(PROMPT)
                .sampling(new SamplingOptions(30, 0, 1, 0, 1, 0, 0, Map.of()))
                .ignoreEndOfText(true)
                .seed(7)
                .maxTokens(5);
    }

    private static List<GenerationResult> results(List<Generation> generations) throws InterruptedException {
        List<GenerationResult> results = new ArrayList<>();
        for (Generation generation : generations) {
            results.add(generation.await());
        }
        return results;
    }

    @Test
    void thePromptIsProcessedOnceAndEachSampleIsItsOwn() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(4, 0).start()) {
            List<GenerationResult> samples =
                    results(scenario.engine().submit(request().build(), 4));

            assertThat(samples).extracting(GenerationResult::tokenIds).doesNotHaveDuplicates();
            assertThat(samples).extracting(GenerationResult::id).doesNotHaveDuplicates();
            assertThat(samples).extracting(GenerationResult::seed).containsOnly(7L);
            assertThat(samples)
                    .extracting(sample -> sample.usage().cachedPromptTokens())
                    .containsExactly(0, 25, 25, 25);
            int prompt = scenario.model().steps().stream()
                    .flatMap(List::stream)
                    .filter(row -> row.start() < PROMPT.length())
                    .mapToInt(SeenRow::count)
                    .sum();
            assertThat(prompt).as("the last token once for each").isEqualTo(25 + 4);
            assertThat(scenario.model().copiedBlocks())
                    .as("the block that is not full")
                    .isEqualTo(3);
            assertThat(scenario.engine().status().keyValueBlocksUsed()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 6, 7})
    void chunksThatEndWithinABlockMakeNoDifference(int chunk) throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(4, 0).chunk(chunk).start()) {
            List<GenerationResult> samples =
                    results(scenario.engine().submit(request().build(), 4));

            // Who of those that have come equally far goes on may change.
            assertThat(samples.stream()
                            .mapToInt(sample -> sample.usage().cachedPromptTokens())
                            .sum())
                    .isEqualTo(3 * 25);
        }
    }

    @Test
    void aSampleIsWhatItsIndexGivesAlone() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(2, 8).start()) {
            List<GenerationResult> samples =
                    results(scenario.engine().submit(request().sampleIndex(3).build(), 5));

            for (int i = 0; i < 5; i++) {
                assertThat(scenario.run(request().sampleIndex(3 + i)).tokenIds())
                        .isEqualTo(samples.get(i).tokenIds());
            }
        }
    }

    @Test
    void aWindowedModelsSamplesShareTheirPromptToo() throws InterruptedException {
        try (Scenario scenario = new Scenario()
                .layout(Scenario.fullAndWindow(4, 60, 6, 40))
                .bounds(3, 0)
                .start()) {
            List<GenerationResult> samples =
                    results(scenario.engine().submit(request().build(), 3));

            assertThat(samples)
                    .extracting(sample -> sample.usage().cachedPromptTokens())
                    .containsExactly(0, 25, 25);
        }
    }

    @Test
    void allAreAdmittedOrNone() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(2, 1).start()) {
            scenario.model().hold();
            Generation running = scenario.submit(Scenario.text("a").maxTokens(1));

            assertThatThrownBy(() -> scenario.engine().submit(request().build(), 3))
                    .isInstanceOf(EngineBusyException.class)
                    .hasMessageContaining("3 samples");
            List<Generation> two = scenario.engine().submit(request().build(), 2);
            scenario.model().release();
            running.await();
            assertThat(results(two)).hasSize(2);
        }
    }

    @Test
    void samplesForWhichTheDeviceHasNoMemoryFailAndTheFirstOneAndTheEngineGoOn() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(3, 0).start()) {
            scenario.model().failCopiesWith(new GenerationFailedException("No memory", "Buy some"));
            List<Generation> samples = scenario.engine().submit(request().build(), 3);

            GenerationResult first = samples.get(0).await();
            assertThatThrownBy(() -> samples.get(1).await()).hasMessageContaining("No memory");
            assertThatThrownBy(() -> samples.get(2).await()).hasMessageContaining("No memory");
            assertThat(scenario.engine().status().failure()).isNull();
            assertThat(scenario.engine().status().keyValueBlocksUsed()).isZero();
            assertThat(scenario.run(request()).tokenIds()).isEqualTo(first.tokenIds());
        }
    }

    @Test
    void oneCanBeCancelledWithoutTheOthers() throws InterruptedException {
        try (Scenario scenario = new Scenario().bounds(3, 0).start()) {
            scenario.model().hold();
            List<Generation> samples = scenario.engine().submit(request().build(), 3);
            scenario.model().awaitStep();
            samples.getFirst().cancel();
            scenario.model().release();

            assertThat(samples.getFirst().await().finishReason()).isEqualTo(FinishReason.CANCELLED);
            for (int i = 1; i < 3; i++) {
                assertThat(samples.get(i).await().tokenIds())
                        .isEqualTo(scenario.run(request().sampleIndex(i)).tokenIds());
            }
        }
    }

    @Test
    void impossibleNumbersAreRefused() {
        try (Scenario scenario = new Scenario().bounds(2, 1).start()) {
            for (int samples : List.of(0, -1, 4)) {
                assertThatThrownBy(() -> scenario.engine().submit(request().build(), samples))
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessageContaining("n is " + samples);
            }
            assertThatThrownBy(() -> scenario.engine()
                            .submit(request().promptTopLogProbabilities(0).build(), 2))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("score");
            assertThat(scenario.engine().status().queued()).isZero();
        }
    }
}
