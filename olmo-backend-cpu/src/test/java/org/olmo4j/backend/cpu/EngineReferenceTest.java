package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.conformance.ReferenceCase;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.GenerationDefaults;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineOptions;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.sampling.TokenLogProbability;
import org.olmo4j.score.Score;
import org.olmo4j.score.Scorer;

/** What callers of an engine get is what HuggingFace transformers computes, alone and beside others, on vector and scalar kernels. */
class EngineReferenceTest {

    private static final EngineOptions OPTIONS =
            EngineOptions.builder().maxRunning(16).prefillChunkTokens(7).build();

    static List<Arguments> casesByKernels() {
        return ReferenceTest.allCases().stream()
                .<Arguments>flatMap(reference -> List.of(KernelChoice.scalar(), KernelChoice.best()).stream()
                        .<Arguments>map(kernels ->
                                Arguments.argumentSet(reference + ", " + kernels.description(), reference, kernels)))
                .toList();
    }

    static List<Arguments> casesWithGenerate() {
        return ReferenceTest.allCases().stream()
                .filter(reference -> reference.generateIds().length > 0)
                .<Arguments>map(reference -> Arguments.argumentSet(reference.toString(), reference))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("casesByKernels")
    void greedyAnswersAreThoseOfTransformersAloneAndInABatch(ReferenceCase reference, KernelChoice kernels)
            throws Exception {
        try (Running running = new Running(reference, kernels)) {
            assertThat(running.engine.submit(greedy(reference).build()).await().tokenIds())
                    .containsExactlyElementsOf(list(reference.greedyIds()));
            List<Generation> batch = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                batch.add(running.engine.submit(greedy(reference).build()));
            }
            for (Generation generation : batch) {
                GenerationResult result = generation.await();
                assertThat(result.tokenIds()).containsExactlyElementsOf(list(reference.greedyIds()));
                assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("casesWithGenerate")
    void answersEndWhereTransformersEndsThem(ReferenceCase reference) throws Exception {
        try (Running running = new Running(reference, KernelChoice.best())) {
            GenerationResult result = running.engine
                    .submit(GenerationRequest.builder(new Prompt.Tokens(reference.promptIds()))
                            .sampling(SamplingOptions.GREEDY)
                            .maxTokens(reference.greedyIds().length)
                            .build())
                    .await();
            assertThat(result.tokenIds()).containsExactlyElementsOf(list(reference.generateIds()));
            assertThat(result.finishReason())
                    .isEqualTo(
                            reference.generateIds().length < reference.greedyIds().length
                                    ? FinishReason.STOP
                                    : FinishReason.LENGTH);
        }
    }

    @ParameterizedTest
    @MethodSource("casesByKernels")
    void scoresAreThoseOfTransformers(ReferenceCase reference, KernelChoice kernels) throws Exception {
        try (Running running = new Running(reference, kernels)) {
            for (ReferenceCase.Score expected : reference.scores()) {
                Score actual = new Scorer(running.engine).score(expected.context(), expected.continuation());
                assertThat(actual.greedy()).isEqualTo(expected.greedy());
                assertThat(actual.tokens()).hasSameSizeAs(list(expected.continuation()));
                for (int i = 0; i < expected.continuation().length; i++) {
                    assertThat(actual.tokens().get(i).logProbability())
                            .isCloseTo(expected.tokenLogProbabilities()[i], within(ReferenceCase.TOLERANCE));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("casesByKernels")
    void logProbabilitiesOfGeneratedTokensAreThoseOfScoringThem(ReferenceCase reference, KernelChoice kernels)
            throws Exception {
        try (Running running = new Running(reference, kernels)) {
            GenerationResult result = running.engine
                    .submit(greedy(reference).topLogProbabilities(2).build())
                    .await();
            Score score = new Scorer(running.engine).score(reference.promptIds(), reference.greedyIds());
            assertThat(result.logProbabilities().stream().map(TokenLogProbability::logProbability))
                    .containsExactlyElementsOf(score.tokens().stream()
                            .map(TokenLogProbability::logProbability)
                            .toList());
        }
    }

    private static GenerationRequest.Builder greedy(ReferenceCase reference) {
        return GenerationRequest.builder(new Prompt.Tokens(reference.promptIds()))
                .sampling(SamplingOptions.GREEDY)
                .maxTokens(reference.greedyIds().length)
                .ignoreEndOfText(true);
    }

    private static List<Integer> list(int[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }

    /** A case's model with an engine, without a tokenizer. */
    private static final class Running implements AutoCloseable {
        private final Checkpoint checkpoint;
        private final LoadedModel model;
        private final Engine engine;

        Running(ReferenceCase reference, KernelChoice kernels) {
            checkpoint = reference.open();
            LoadOptions options = LoadOptions.builder()
                    .threads(2)
                    .keyValueCacheBytes(64L << 20)
                    .maxStepTokens(64)
                    .maxStepRows(32)
                    .build();
            model = new CpuBackendProvider(kernels).load(checkpoint, options, LoadProgress.NONE);
            GenerationDefaults defaults = checkpoint.generationDefaults();
            engine = Engine.builder(model).defaults(defaults).options(OPTIONS).start();
        }

        @Override
        public void close() {
            engine.close();
            model.close();
            checkpoint.close();
        }
    }
}
