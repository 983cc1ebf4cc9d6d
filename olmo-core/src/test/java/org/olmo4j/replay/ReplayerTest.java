package org.olmo4j.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.checkpoint.GenerationDefaults;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.Deadlines;
import org.olmo4j.engine.FakeTokenizer;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.engine.Scenario;
import org.olmo4j.error.DeadlineExceededException;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.replay.ReplayOutcome.Part;
import org.olmo4j.sampling.LogProbabilities;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.sampling.TokenLogProbability;
import org.olmo4j.text.ChatMessage;

class ReplayerTest {

    /** So warm that the scripted token is drawn in about a third of the cases. */
    private static final SamplingOptions WARM = new SamplingOptions(4, 0, 1, 0, 1, 0, 0, Map.of());

    private static Scenario scenario() {
        return new Scenario().checkpoint("weights", CompletableFuture.completedFuture("content"));
    }

    private static GenerationRequest.Builder warm(String prompt, long seed) {
        return Scenario.text(prompt)
                .sampling(WARM)
                .seed(seed)
                .maxTokens(12)
                .ignoreEndOfText(true)
                .topLogProbabilities(2);
    }

    private static ReplayOutcome replay(Scenario scenario, RecordedGeneration recorded) throws InterruptedException {
        return new Replayer(scenario.engine()).replay(recorded);
    }

    private static RecordedGeneration with(RecordedGeneration recorded, List<Integer> ids, List<Float> scores) {
        return new RecordedGeneration(
                recorded.id(), recorded.key(), recorded.prompt(), ids, scores, recorded.finishReason());
    }

    private static RecordedGeneration with(RecordedGeneration recorded, ReplayKey key) {
        return new RecordedGeneration(
                recorded.id(),
                key,
                recorded.prompt(),
                recorded.tokenIds(),
                recorded.logProbabilities(),
                recorded.finishReason());
    }

    private static void assertIdentical(ReplayOutcome outcome, GenerationResult recorded) {
        assertThat(outcome).isInstanceOfSatisfying(ReplayOutcome.Identical.class, same -> {
            assertThat(same.replayed().tokenIds()).isEqualTo(recorded.tokenIds());
            assertThat(same.replayed().id()).isNotEqualTo(recorded.id());
        });
    }

    private static void assertDiverged(ReplayOutcome outcome, int index) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        ReplayOutcome.DivergedAt.class,
                        diverged -> assertThat(diverged.tokenIndex()).isEqualTo(index));
    }

    @Test
    void theSameModelGivesTheSameTokensAndLogProbabilities() throws InterruptedException {
        try (Scenario scenario = scenario().start();
                Scenario another = scenario().start()) {
            for (long seed = 1; seed <= 20; seed++) {
                GenerationResult result = scenario.run(warm("abc", seed));

                assertThat(result.tokenIds()).hasSize(12);
                assertIdentical(replay(scenario, RecordedGeneration.of(result)), result);
                assertIdentical(replay(another, RecordedGeneration.of(result)), result);
            }
        }
    }

    @Test
    void aSeedThatTheEngineDrewIsReplayedToo() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            GenerationResult result = scenario.run(
                    Scenario.text("abc").sampling(WARM).maxTokens(12).ignoreEndOfText(true));

            assertIdentical(replay(scenario, RecordedGeneration.of(result)), result);
        }
    }

    @Test
    void theDefaultsOfTheTimeHoldAndNotThoseOfToday() throws InterruptedException {
        GenerationDefaults sampling = new GenerationDefaults(
                List.of((int) 'q'),
                Optional.of(true),
                OptionalDouble.of(4),
                OptionalInt.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
        try (Scenario then = scenario().defaults(sampling).start();
                Scenario now = scenario().start()) {
            for (long seed = 0; seed < 20; seed++) {
                GenerationResult result = then.run(Scenario.text("abc").seed(seed));

                assertIdentical(replay(now, RecordedGeneration.of(result)), result);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"Xbcdef, 0", "abXdef, 2", "abcdeX, 5"})
    void anotherAnswerIsFoundWhereItBegins(String answer, int place) throws InterruptedException {
        try (Scenario then = scenario().answer("hello", "abcdef").start();
                Scenario now = scenario().answer("hello", answer).start()) {
            GenerationResult result = then.run(Scenario.text("hello").topLogProbabilities(0));
            assertThat(result.tokenIds()).hasSize(7);

            ReplayOutcome outcome = replay(now, RecordedGeneration.of(result));

            int[] before = FakeTokenizer.ids("hello" + "abcdef".substring(0, place));
            float[] logits = now.model().logits(before);
            int recorded = "abcdef".charAt(place);
            double gap = (double) LogProbabilities.of(logits, 'X', 0).logProbability()
                    - LogProbabilities.of(logits, recorded, 0).logProbability();
            assertThat(gap).isGreaterThan(15);
            assertThat(outcome).isInstanceOfSatisfying(ReplayOutcome.DivergedAt.class, diverged -> {
                assertThat(diverged.tokenIndex()).isEqualTo(place);
                assertThat(diverged.logProbabilityGap()).hasValue(gap);
                assertThat(diverged.replayed().tokenIds().get(place)).isEqualTo('X');
            });
        }
    }

    @Test
    void anAnswerThatEndsEarlierNowDivergesAtItsEnd() throws InterruptedException {
        try (Scenario then = scenario().answer("hello", "abcdef").start();
                Scenario now = scenario().answer("hello", "abc").start()) {
            GenerationResult result = then.run(Scenario.text("hello"));

            ReplayOutcome outcome = replay(now, RecordedGeneration.of(result));

            assertDiverged(outcome, 3);
            assertThat(((ReplayOutcome.DivergedAt) outcome).logProbabilityGap()).isPresent();
        }
    }

    @Test
    void anAnswerThatWouldGoOnNowDivergesAtItsEnd() throws InterruptedException {
        try (Scenario then = scenario().answer("hello", "abc").start();
                Scenario now = scenario().answer("hello", "abcdef").start()) {
            GenerationResult result = then.run(Scenario.text("hello"));

            assertDiverged(replay(now, RecordedGeneration.of(result)), 3);
        }
    }

    @Test
    void oneBitOfALogProbabilityIsADivergence() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            GenerationResult result = scenario.run(warm("abc", 3));
            RecordedGeneration recorded = RecordedGeneration.of(result);
            for (int place : new int[] {0, 5, 11}) {
                List<Float> scores = new ArrayList<>(recorded.logProbabilities());
                float off = Math.nextDown(scores.get(place));
                scores.set(place, off);

                ReplayOutcome outcome = replay(scenario, with(recorded, recorded.tokenIds(), scores));

                assertThat(outcome).isInstanceOfSatisfying(ReplayOutcome.DivergedAt.class, diverged -> {
                    assertThat(diverged.tokenIndex()).isEqualTo(place);
                    assertThat(diverged.logProbabilityGap().getAsDouble())
                            .isPositive()
                            .isCloseTo(Math.ulp(off), within(Math.ulp(off) * 1.0));
                });
            }
            assertIdentical(replay(scenario, with(recorded, recorded.tokenIds(), List.of())), result);
        }
    }

    @Test
    void everySampleOfARequestIsReplayedByItsOwnKey() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            List<GenerationResult> results = new ArrayList<>();
            for (Generation sample : scenario.engine().submit(warm("abc", 3).build(), 4)) {
                results.add(sample.await());
            }
            assertThat(results.stream().map(GenerationResult::tokenIds)).doesNotHaveDuplicates();
            assertThat(results.stream()
                            .map(result ->
                                    result.replayKey().orElseThrow().settings().sampleIndex()))
                    .containsExactly(0, 1, 2, 3);
            for (GenerationResult result : results) {
                assertIdentical(replay(scenario, RecordedGeneration.of(result)), result);
            }
            RecordedGeneration second = RecordedGeneration.of(results.get(1));
            RecordedGeneration mixed = with(second, results.get(2).replayKey().orElseThrow());
            int first = IntStream.range(0, 12)
                    .filter(i -> !results.get(1)
                            .tokenIds()
                            .get(i)
                            .equals(results.get(2).tokenIds().get(i)))
                    .findFirst()
                    .orElseThrow();
            assertDiverged(replay(scenario, mixed), first);
        }
    }

    @Test
    void whatWasCancelledIsComparedAsFarAsItCame() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            scenario.model().hold();
            Generation generation = scenario.submit(warm("abc", 3));
            scenario.model().letThrough(4);
            assertThat(generation.next()).isInstanceOf(GenerationEvent.Started.class);
            for (int i = 0; i < 4; i++) {
                assertThat(generation.next()).isInstanceOf(GenerationEvent.Delta.class);
            }
            generation.cancel();
            GenerationResult result = generation.await();
            scenario.model().release();
            assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(result.tokenIds()).hasSize(4);

            RecordedGeneration recorded = RecordedGeneration.of(result);
            assertIdentical(replay(scenario, recorded), result);

            List<Integer> other = new ArrayList<>(result.tokenIds());
            other.set(3, other.get(3) ^ 1);
            assertDiverged(replay(scenario, with(recorded, other, List.of())), 3);
        }
    }

    @Test
    void whatWasLateIsComparedAsFarAsItCame() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            scenario.model().hold();
            Generation generation = scenario.submit(warm("abc", 3)
                    .deadlines(new Deadlines(Optional.empty(), Optional.empty(), Optional.of(Duration.ofSeconds(1)))));
            scenario.model().letThrough(2);
            for (int i = 0; i < 3; i++) {
                generation.next();
            }
            scenario.pass(Duration.ofSeconds(2));
            GenerationResult result = generation.forEach(event -> {});
            scenario.model().release();
            assertThat(result.error()).isInstanceOf(DeadlineExceededException.class);
            assertThat(result.tokenIds()).hasSize(2);

            assertIdentical(replay(scenario, RecordedGeneration.of(result)), result);
        }
    }

    @Test
    void aRecordThatWasCutShortOrDrawnOutIsNotTheSame() throws InterruptedException {
        try (Scenario scenario = scenario()
                .answer("hello", "abcdef")
                .answer("longer", "abcdefghi")
                .start()) {
            for (GenerationResult result : List.of(
                    scenario.run(Scenario.text("hello")),
                    scenario.run(Scenario.text("longer").maxTokens(7)))) {
                RecordedGeneration recorded = RecordedGeneration.of(result);
                List<Integer> longer = new ArrayList<>(recorded.tokenIds());
                longer.add((int) 'z');

                assertThat(recorded.tokenIds()).hasSize(7);
                assertIdentical(replay(scenario, recorded), result);
                assertDiverged(
                        replay(scenario, with(recorded, recorded.tokenIds().subList(0, 5), List.of())), 5);
                assertDiverged(replay(scenario, with(recorded, longer, List.of())), 7);
            }
        }
    }

    @Test
    void stopStringsAndStopIdsEndTheReplayToo() throws InterruptedException {
        try (Scenario scenario = scenario().answer("hello", "abcdefgh").start()) {
            for (GenerationRequest.Builder request : List.of(
                    Scenario.text("hello").stopStrings(List.of("xyz", "de")),
                    Scenario.text("hello").stopIds(Set.of((int) 'e')),
                    Scenario.text("hello"))) {
                GenerationResult result = scenario.run(request);

                assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
                assertIdentical(replay(scenario, RecordedGeneration.of(result)), result);
            }
        }
    }

    @Test
    void anAnswerHeldToASchemaIsRepeatedWithItsSchema() throws InterruptedException {
        JsonSchema schema = JsonSchema.parse("{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}");
        try (Scenario scenario = scenario().start()) {
            GenerationResult result = scenario.run(
                    Scenario.text("abc").sampling(WARM).seed(3).maxTokens(12).jsonSchema(schema));
            RecordedGeneration recorded = RecordedGeneration.of(result);

            assertThat(result.text()).startsWith("[");
            assertIdentical(replay(scenario, recorded.withJsonSchema(schema)), result);
            for (RecordedGeneration other :
                    List.of(recorded, recorded.withJsonSchema(JsonSchema.parse("{\"type\":\"array\"}")))) {
                assertThat(replay(scenario, other))
                        .isInstanceOfSatisfying(
                                ReplayOutcome.NotComparable.class,
                                different -> assertThat(different.differences())
                                        .extracting(ReplayOutcome.Difference::part)
                                        .containsExactly(Part.SCHEMA));
            }
        }
    }

    @Test
    void anAnswerThatRanOnOverItsEndDoesSoAgain() throws InterruptedException {
        try (Scenario scenario = scenario().answer("hello", "abc").start()) {
            GenerationResult result =
                    scenario.run(Scenario.text("hello").ignoreEndOfText(true).maxTokens(8));

            assertThat(result.tokenIds()).contains(FakeTokenizer.END_OF_TEXT).hasSize(8);
            assertIdentical(replay(scenario, RecordedGeneration.of(result)), result);
        }
    }

    static Stream<Arguments> changesOfTheKey() {
        return Stream.of(
                Arguments.of(";content=content;", ";content=another;", Part.CHECKPOINT, "content another"),
                Arguments.of(
                        ";fingerprint=weights;content=content;",
                        ";fingerprint=another;",
                        Part.CHECKPOINT,
                        "fingerprint another (content not hashed yet)"),
                Arguments.of(";tokenizer=fake;", ";tokenizer=another;", Part.TOKENIZER, "another"),
                Arguments.of(";tokenizer=fake;", ";", Part.TOKENIZER, "none"),
                Arguments.of(";backend=scripted;", ";backend=another;", Part.BACKEND, "another"),
                Arguments.of(";weights=none;", ";weights=int8;", Part.WEIGHT_TYPE, "int8"),
                Arguments.of(";kv=none;", ";kv=bf16;", Part.KEY_VALUE_TYPE, "bf16"),
                Arguments.of(";contract=scripted-1;", ";contract=scripted-2;", Part.NUMERIC_CONTRACT, "scripted-2"),
                Arguments.of(";seed=", ";schema=a-schema;seed=", Part.SCHEMA, "a-schema"),
                Arguments.of(";template=lines;", ";template=another;", Part.CHAT_TEMPLATE, "another"));
    }

    @ParameterizedTest
    @MethodSource("changesOfTheKey")
    void whatIsNotComparableSaysWhy(String present, String changed, Part part, String shown)
            throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            List<ChatMessage> messages = List.of(new ChatMessage(ChatMessage.Role.USER, "hello"));
            GenerationResult result = scenario.run(
                    GenerationRequest.builder(new Prompt.Chat(messages)).maxTokens(3));
            String key = result.replayKey().orElseThrow().toString();
            assertThat(key).contains(present);
            int steps = scenario.model().steps().size();

            ReplayOutcome outcome = replay(
                    scenario,
                    new RecordedGeneration(
                            result.id(),
                            ReplayKey.parse(key.replace(present, changed)),
                            new Prompt.Chat(messages),
                            result.tokenIds(),
                            List.of(),
                            result.finishReason()));

            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            ReplayOutcome.NotComparable.class,
                            not -> assertThat(not.differences()).singleElement().satisfies(difference -> {
                                assertThat(difference.part()).isEqualTo(part);
                                assertThat(difference.recorded()).isEqualTo(shown);
                                assertThat(difference.present()).isNotEqualTo(shown);
                            }));
            assertThat(scenario.model().steps()).hasSize(steps);
        }
    }

    @Test
    void allDifferencesAreNamedAtOnce() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            RecordedGeneration recorded = RecordedGeneration.of(scenario.run(warm("abc", 3)));
            ReplayKey other = ReplayKey.parse(recorded.key()
                    .toString()
                    .replace(";content=content;", ";content=other;")
                    .replace(";weights=none;", ";weights=int4;"));

            assertThat(replay(scenario, with(recorded, other)))
                    .isInstanceOfSatisfying(
                            ReplayOutcome.NotComparable.class,
                            not -> assertThat(not.differences())
                                    .extracting(ReplayOutcome.Difference::part)
                                    .containsExactly(Part.CHECKPOINT, Part.WEIGHT_TYPE));
        }
    }

    @Test
    void theTemplateDoesNotMatterToAPromptOfTokens() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            GenerationResult result = scenario.run(warm("abc", 3));
            RecordedGeneration recorded = RecordedGeneration.of(result);
            ReplayKey other = ReplayKey.parse(recorded.key().toString().replace(";template=lines;", ";"));

            assertIdentical(replay(scenario, with(recorded, other)), result);
        }
    }

    @Test
    void theContentDecidesAboutTheCheckpointWhereBothSidesKnowIt() throws InterruptedException {
        try (Scenario then = scenario().start();
                Scenario moved = new Scenario()
                        .checkpoint("moved", CompletableFuture.completedFuture("content"))
                        .start();
                Scenario unknown = new Scenario()
                        .checkpoint("weights", new CompletableFuture<>())
                        .start();
                Scenario failed = new Scenario()
                        .checkpoint("moved", CompletableFuture.failedFuture(new IllegalStateException()))
                        .start()) {
            GenerationResult result = then.run(warm("abc", 3));
            RecordedGeneration recorded = RecordedGeneration.of(result);

            assertIdentical(replay(moved, recorded), result);
            assertIdentical(replay(unknown, recorded), result);
            assertThat(replay(failed, recorded)).isInstanceOf(ReplayOutcome.NotComparable.class);
        }
    }

    @Test
    void anotherPromptIsNotComparableAndNotGoneOnWith() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            RecordedGeneration recorded = RecordedGeneration.of(scenario.run(warm("abc", 3)));
            int[] ids = FakeTokenizer.ids("abd");
            RecordedGeneration other = new RecordedGeneration(
                    recorded.id(),
                    recorded.key(),
                    new Prompt.Tokens(ids),
                    recorded.tokenIds(),
                    List.of(),
                    FinishReason.LENGTH);

            assertThat(replay(scenario, other))
                    .isInstanceOfSatisfying(
                            ReplayOutcome.NotComparable.class,
                            not -> assertThat(not.differences())
                                    .containsExactly(new ReplayOutcome.Difference(
                                            Part.PROMPT,
                                            ReplayKey.promptHash(FakeTokenizer.ids("abc")),
                                            ReplayKey.promptHash(ids))));
        }
    }

    @Test
    void withoutAHashOfThePromptAnyPromptIsTaken() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            GenerationResult result = scenario.run(warm("abc", 3));
            RecordedGeneration recorded = RecordedGeneration.of(result);
            ReplayKey key = recorded.key();

            assertIdentical(
                    replay(scenario, with(recorded, new ReplayKey(key.model(), key.settings(), Optional.empty()))),
                    result);
        }
    }

    @Test
    void aRecordWithoutTokensProvesNothing() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            RecordedGeneration recorded =
                    RecordedGeneration.of(scenario.run(Scenario.text("abc").maxTokens(0)));

            assertThat(replay(scenario, recorded))
                    .isInstanceOfSatisfying(
                            ReplayOutcome.NotComparable.class,
                            not -> assertThat(not.differences())
                                    .extracting(ReplayOutcome.Difference::part)
                                    .containsExactly(Part.TOKENS));
        }
    }

    @Test
    void withoutItsCheckpointAnEngineGivesNoKeysAndComparesNothing() throws InterruptedException {
        try (Scenario known = scenario().start();
                Scenario scenario = new Scenario().start()) {
            GenerationResult result = scenario.run(warm("abc", 3));

            assertThat(result.replayKey()).isEmpty();
            assertThatThrownBy(() -> RecordedGeneration.of(result))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContainingAll(result.id(), "no replay key");
            assertThat(replay(scenario, RecordedGeneration.of(known.run(warm("abc", 3)))))
                    .isInstanceOfSatisfying(
                            ReplayOutcome.NotComparable.class,
                            not -> assertThat(not.differences())
                                    .extracting(ReplayOutcome.Difference::part)
                                    .containsExactly(Part.CHECKPOINT));
        }
    }

    @Test
    void listenersKnowAReplayAndWhoAskedForIt() throws InterruptedException {
        List<GenerationRequest> requests = Collections.synchronizedList(new ArrayList<>());
        try (Scenario scenario = scenario()
                .answer("hello", "abc")
                .listener((request, result) -> {
                    requests.add(request);
                    return CompletableFuture.completedFuture(null);
                })
                .start()) {
            RecordedGeneration recorded =
                    RecordedGeneration.of(scenario.run(Scenario.text("hello").user("alice")));
            List<Integer> wrong = new ArrayList<>(recorded.tokenIds());
            wrong.set(1, (int) 'x');

            ReplayOutcome outcome = new Replayer(scenario.engine())
                    .replay(
                            with(recorded, wrong, List.of()),
                            request -> request.user("bob")
                                    .cacheSalt("theirs")
                                    .seed(1)
                                    .maxTokens(1)
                                    .sampling(WARM));

            assertDiverged(outcome, 1);
            // The replay, and the score of the recorded token.
            assertThat(requests).hasSize(3);
            assertThat(requests.getFirst().replayOf()).isEmpty();
            assertThat(requests.subList(1, 3)).allSatisfy(request -> {
                assertThat(request.replayOf()).contains(recorded.id());
                assertThat(request.origin().user()).isEqualTo("bob");
                assertThat(request.cacheSalt()).isEqualTo("theirs");
            });
        }
    }

    @Test
    void aRecordedTokenOutsideTheVocabularyHasNoGap() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            RecordedGeneration recorded = RecordedGeneration.of(scenario.run(warm("abc", 3)));
            List<Integer> ids = new ArrayList<>(recorded.tokenIds());
            ids.set(4, 1_000_000);

            assertThat(replay(scenario, with(recorded, ids, List.of())))
                    .isInstanceOfSatisfying(ReplayOutcome.DivergedAt.class, diverged -> {
                        assertThat(diverged.tokenIndex()).isEqualTo(4);
                        assertThat(diverged.logProbabilityGap()).isEmpty();
                    });
        }
    }

    @Test
    void aBusyEngineRefusesReplaysLikeAnything() throws InterruptedException {
        try (Scenario scenario = scenario().bounds(1, 0).start()) {
            RecordedGeneration recorded = RecordedGeneration.of(scenario.run(warm("abc", 3)));
            scenario.model().hold();
            Generation other = scenario.submit(Scenario.text("x"));

            assertThatThrownBy(() -> replay(scenario, recorded)).isInstanceOf(EngineBusyException.class);
            other.cancel();
        }
    }

    @Test
    void anInterruptedReplayIsGivenUp() throws Exception {
        List<GenerationResult> ends = Collections.synchronizedList(new ArrayList<>());
        try (Scenario scenario = scenario()
                .listener((request, result) -> {
                    ends.add(result);
                    return CompletableFuture.completedFuture(null);
                })
                .start()) {
            RecordedGeneration recorded = RecordedGeneration.of(scenario.run(warm("abc", 3)));
            scenario.model().hold();
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> replay(scenario, recorded)).isInstanceOf(InterruptedException.class);
            scenario.model().release();
            // The slot is free again: with another request behind it, the end has been told.
            scenario.run(warm("abc", 4));
            assertThat(ends.stream().map(GenerationResult::finishReason)).contains(FinishReason.CANCELLED);
        }
    }

    @Test
    void aRecordWithTooFewLogProbabilitiesIsRefused() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            RecordedGeneration recorded = RecordedGeneration.of(scenario.run(warm("abc", 3)));

            assertThatThrownBy(() -> with(recorded, recorded.tokenIds(), List.of(-1f)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("1 log-probabilities for 12 tokens");
        }
    }

    @Test
    void theRecordOfAResultHasItsLogProbabilities() throws InterruptedException {
        try (Scenario scenario = scenario().start()) {
            GenerationResult result = scenario.run(warm("abc", 3));
            RecordedGeneration recorded = RecordedGeneration.of(result);

            assertThat(recorded.logProbabilities())
                    .isEqualTo(result.logProbabilities().stream()
                            .map(TokenLogProbability::logProbability)
                            .toList());
            assertThat(((Prompt.Tokens) recorded.prompt()).ids()).isEqualTo(FakeTokenizer.ids("abc"));
            assertThat(Arrays.asList(recorded.id(), recorded.finishReason()))
                    .containsExactly(result.id(), FinishReason.LENGTH);
        }
    }
}
