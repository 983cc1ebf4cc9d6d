package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.olmo4j.Olmo;
import org.olmo4j.backend.Availability;
import org.olmo4j.backend.BackendProvider;
import org.olmo4j.backend.Backends;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.conformance.ReferenceCase;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.TensorRole;
import org.olmo4j.energy.MeterOptions;
import org.olmo4j.energy.RequestEnergy;
import org.olmo4j.energy.carbon.CarbonAccounting;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.error.ModelNotFoundException;

/** The facade on the CPU backend and a tiny checkpoint without a tokenizer. */
class OlmoTest {

    private static final String LOCATION = "classpath:tiny-checkpoints/olmo2";

    /** Fails to load, and keeps the checkpoint that it was given. */
    private static final class FailingBackend implements BackendProvider {
        private Checkpoint checkpoint;

        @Override
        public String name() {
            return "failing";
        }

        @Override
        public int priority() {
            return 1;
        }

        @Override
        public Availability availability() {
            return new Availability.Available(List.of(new Availability.Device("none", "none")), List.of());
        }

        @Override
        public LoadedModel load(Checkpoint given, LoadOptions options, LoadProgress progress) {
            checkpoint = given;
            throw new BackendUnavailableException("No memory", "Buy some");
        }
    }

    private static ReferenceCase reference() throws Exception {
        return ReferenceCase.read(
                Path.of(OlmoTest.class
                                .getResource("/tiny-checkpoints/olmo2/expected.json")
                                .toURI())
                        .getParent(),
                "expected.json");
    }

    private static GenerationRequest.Builder greedy(int[] prompt, int tokens) {
        return GenerationRequest.builder(new Prompt.Tokens(prompt))
                .ignoreEndOfText(true)
                .maxTokens(tokens);
    }

    @Test
    void aModelIsLoadedAndAnswersAsTransformersDoes() throws Exception {
        ReferenceCase reference = reference();
        List<GenerationResult> ends = new ArrayList<>();
        try (Olmo olmo = Olmo.builder(LOCATION)
                .threads(1)
                .listener((request, result) -> {
                    ends.add(result);
                    return CompletableFuture.completedFuture(null);
                })
                .load()) {
            int count = reference.greedyIds().length;
            GenerationResult result =
                    olmo.generate(greedy(reference.promptIds(), count).build());

            assertThat(result.tokenIds())
                    .isEqualTo(Arrays.stream(reference.greedyIds()).boxed().toList());
            assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(result.text()).isEmpty();
            assertThat(ends).containsExactly(result);
            assertThat(olmo.spec().layerCount()).isPositive();
            assertThat(olmo.backendDescription()).contains("cpu").contains("1 thread");
        }
    }

    @Test
    void withoutATokenizerTextIsRefusedByWhatIsMissing() {
        try (Olmo olmo = Olmo.load(LOCATION)) {
            assertThat(olmo.engine().text()).isNull();
            assertThatThrownBy(() -> olmo.generate("Hello"))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("token-id prompts still work");
            assertThatThrownBy(() -> olmo.chat("Hello")).isInstanceOf(InvalidRequestException.class);
            assertThatThrownBy(() -> olmo.score("Hello", " you")).isInstanceOf(InvalidRequestException.class);
        }
    }

    @Test
    void afterClosingNothingIsGenerated() throws Exception {
        int[] prompt = reference().promptIds();
        Olmo olmo = Olmo.load(LOCATION);
        olmo.close();
        olmo.close();

        assertThatThrownBy(() -> olmo.generate(greedy(prompt, 1).build())).isInstanceOf(EngineClosedException.class);
    }

    @Test
    void anInterruptedCallerGivesUp() throws Exception {
        int[] prompt = reference().promptIds();
        try (Olmo olmo = Olmo.load(LOCATION)) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> olmo.stream(greedy(prompt, 5).build(), text -> {}))
                    .isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(olmo.generate(greedy(prompt, 5).build()).tokenIds()).hasSize(5);
        }
    }

    @Test
    void whatWasOpenedIsClosedWhenLoadingFails() {
        FailingBackend backend = new FailingBackend();

        assertThatThrownBy(() -> Olmo.builder(LOCATION)
                        .backends(new Backends(List.of(backend)))
                        .load())
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessage("No memory. Buy some.");
        assertThatThrownBy(() -> backend.checkpoint
                        .tensor(TensorRole.TOKEN_EMBEDDING)
                        .data()
                        .get(ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatCannotBeLoadedSaysWhy() {
        assertThatThrownBy(() -> Olmo.load("/no/such/model")).isInstanceOf(ModelNotFoundException.class);
        assertThatThrownBy(() -> Olmo.builder(LOCATION).backend("abacus").load())
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("abacus");
        assertThatThrownBy(() -> Olmo.builder(LOCATION).maxTokens(0)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void everyResultSaysWhatItCostAndResultsOfAllModelsAddUp() {
        GenerationRequest request = GenerationRequest.builder(new Prompt.Tokens(new int[] {1, 2, 3}))
                .maxTokens(8)
                .ignoreEndOfText(true)
                .build();
        try (FootprintAccounting footprints = FootprintAccounting.start(MeterOptions.DEFAULT, CarbonAccounting.NONE);
                Olmo one = Olmo.builder(LOCATION).footprints(footprints).load();
                Olmo other = Olmo.builder(LOCATION).footprints(footprints).load()) {
            List<RequestEnergy> energies = Stream.of(one, other, one)
                    .map(olmo ->
                            olmo.generate(request).footprint().orElseThrow().energy())
                    .toList();

            assertThat(energies.stream()
                            .mapToLong(energy -> energy.full().orElseThrow().microjoules())
                            .sum())
                    .isEqualTo(footprints.report().meters().stream()
                            .mapToLong(meter -> meter.active() + meter.idleShared())
                            .sum())
                    .isPositive();
        }
    }

    @Test
    void withoutAnAccountingNothingIsSaidOfTheCost() {
        try (Olmo olmo = Olmo.load(LOCATION)) {
            GenerationRequest request = GenerationRequest.builder(new Prompt.Tokens(new int[] {1, 2, 3}))
                    .maxTokens(1)
                    .build();

            assertThat(olmo.generate(request).footprint()).isEmpty();
        }
    }
}
