package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.Olmo;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.replay.RecordedGeneration;
import org.olmo4j.replay.ReplayOutcome;
import org.olmo4j.replay.ReplayOutcome.Part;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.score.Scorer;

/** What ran in a batch comes out the same alone, by the key it was given: on the real kernels and tiny checkpoints. */
class ReplayTest {

    private static final SamplingOptions WARM = new SamplingOptions(1, 0, 1, 0, 1, 0, 0, Map.of());

    private static GenerationRequest request(int length, long seed) {
        int[] prompt =
                IntStream.range(0, length).map(i -> (7 * i + length) % 60).toArray();
        return GenerationRequest.builder(new Prompt.Tokens(prompt))
                .sampling(WARM)
                .seed(seed)
                .maxTokens(12)
                .ignoreEndOfText(true)
                .topLogProbabilities(1)
                .build();
    }

    /** Ten requests at once, with prompts of different lengths. */
    private static List<GenerationResult> batch(Olmo olmo) throws InterruptedException {
        List<Generation> running = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            running.add(olmo.engine().submit(request(1 + i, 100 + i)));
        }
        List<GenerationResult> results = new ArrayList<>();
        for (Generation generation : running) {
            results.add(generation.await());
        }
        return results;
    }

    @ParameterizedTest
    @ValueSource(strings = {"olmo", "olmo2", "olmo3", "olmoe"})
    void whatRanInABatchIsTheSameAloneInAnotherProcess(String model) throws InterruptedException {
        List<RecordedGeneration> records;
        try (Olmo olmo =
                Olmo.builder("classpath:tiny-checkpoints/" + model).threads(2).load()) {
            records = batch(olmo).stream().map(RecordedGeneration::of).toList();
        }
        try (Olmo olmo =
                Olmo.builder("classpath:tiny-checkpoints/" + model).threads(1).load()) {
            for (RecordedGeneration recorded : records) {
                assertThat(recorded.logProbabilities()).hasSize(12);
                RecordedGeneration read = new RecordedGeneration(
                        recorded.id(),
                        ReplayKey.parse(recorded.key().toString()),
                        recorded.prompt(),
                        recorded.tokenIds(),
                        recorded.logProbabilities(),
                        recorded.finishReason());

                assertThat(olmo.replay(read)).isInstanceOf(ReplayOutcome.Identical.class);
            }
        }
    }

    @Test
    void theTokensOfAnotherSeedDivergeWhereTheyDiffer() throws InterruptedException {
        try (Olmo olmo = Olmo.load("classpath:tiny-checkpoints/olmo2")) {
            for (long seed = 0; seed < 10; seed++) {
                GenerationResult one = olmo.generate(request(5, seed));
                GenerationResult other = olmo.generate(request(5, seed + 1000));
                int place = IntStream.range(0, 12)
                        .filter(i ->
                                !one.tokenIds().get(i).equals(other.tokenIds().get(i)))
                        .findFirst()
                        .orElseThrow();
                RecordedGeneration recorded = new RecordedGeneration(
                        "other",
                        one.replayKey().orElseThrow(),
                        request(5, 0).prompt(),
                        other.tokenIds(),
                        List.of(),
                        other.finishReason());

                ReplayOutcome outcome = olmo.replay(recorded);

                double gap = score(olmo, one, place) - score(olmo, other, place);
                assertThat(outcome).isInstanceOfSatisfying(ReplayOutcome.DivergedAt.class, diverged -> {
                    assertThat(diverged.tokenIndex()).isEqualTo(place);
                    assertThat(diverged.logProbabilityGap().orElseThrow()).isCloseTo(gap, within(1e-6));
                });
            }
        }
    }

    /** How probable a generated token is after what came before it. */
    private static double score(Olmo olmo, GenerationResult result, int place) throws InterruptedException {
        int[] context = Stream.concat(
                        result.promptTokenIds().stream(),
                        result.tokenIds().stream().limit(place))
                .mapToInt(Integer::intValue)
                .toArray();
        return new Scorer(olmo.engine())
                .score(context, new int[] {result.tokenIds().get(place)})
                .logLikelihood();
    }

    @Test
    void aCopyOfTheFilesIsTheSameModelOnceItsContentIsKnown(@TempDir Path folder, @TempDir Path copy) throws Exception {
        copyModel(folder);
        copyModel(copy);
        Files.setLastModifiedTime(copy.resolve("model.safetensors"), FileTime.fromMillis(1_000_000));
        RecordedGeneration recorded;
        try (Olmo olmo = Olmo.load(folder.toString())) {
            awaitContentHash(olmo);
            recorded = RecordedGeneration.of(olmo.generate(request(5, 1)));
        }
        try (Olmo olmo = Olmo.load(copy.toString())) {
            awaitContentHash(olmo);
            GenerationResult replayed = ((ReplayOutcome.Identical) olmo.replay(recorded)).replayed();

            assertThat(replayed.replayKey().orElseThrow().model().fingerprint())
                    .isNotEqualTo(recorded.key().model().fingerprint());
        }
        // One bit of the last weight of the last tensor.
        Path weights = copy.resolve("model.safetensors");
        byte[] content = Files.readAllBytes(weights);
        content[content.length - 1] ^= 1;
        Files.write(weights, content);
        try (Olmo olmo = Olmo.load(copy.toString())) {
            awaitContentHash(olmo);

            assertThat(olmo.replay(recorded))
                    .isInstanceOfSatisfying(
                            ReplayOutcome.NotComparable.class,
                            not -> assertThat(not.differences())
                                    .extracting(ReplayOutcome.Difference::part)
                                    .containsExactly(Part.CHECKPOINT));
        }
    }

    @Test
    void theContentHashIsKeptInTheFolderThatTheUserNames(@TempDir Path folder, @TempDir Path hashes) throws Exception {
        copyModel(folder);
        Files.setLastModifiedTime(folder.resolve("model.safetensors"), FileTime.fromMillis(1_000_000));
        String hash;
        try (Olmo olmo =
                Olmo.builder(folder.toString()).contentHashFolder(hashes).load()) {
            hash = awaitContentHash(olmo);
        }
        try (Stream<Path> files = Files.list(hashes)) {
            assertThat(files)
                    .singleElement()
                    .satisfies(file -> assertThat(Files.readString(file)).contains(hash));
        }
    }

    private static void copyModel(Path folder) throws IOException {
        for (String name : List.of("config.json", "generation_config.json", "model.safetensors")) {
            Files.copy(ReplayTest.class.getResourceAsStream("/tiny-checkpoints/olmo2/" + name), folder.resolve(name));
        }
    }

    private static String awaitContentHash(Olmo olmo) throws InterruptedException {
        for (int i = 0; i < 3000; i++) {
            Optional<String> hash = olmo.engine().identity().orElseThrow().contentHash();
            if (hash.isPresent()) {
                return hash.get();
            }
            Thread.sleep(10);
        }
        throw new AssertionError("no content hash within 30 s");
    }
}
