package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.sampling.SamplingOptions;

/** What runs short of blocks waits and is computed again, and its caller sees nothing of it but time. */
class PreemptionTest {

    private static final SamplingOptions RANDOM = new SamplingOptions(1, 0, 1, 0, 1, 0, 0, Map.of());

    @Test
    void theYoungestGivesItsBlocksToTheOldest() throws InterruptedException {
        // 8 blocks of 4 tokens; each of the three grows to 6 of them.
        List<String> ends = Collections.synchronizedList(new ArrayList<>());
        GenerationListener order = (request, result) -> {
            ends.add(result.id());
            return CompletableFuture.completedFuture(null);
        };
        try (Scenario scenario =
                new Scenario().layout(Scenario.full(4, 8)).bounds(3, 3).listener(order)) {
            scenario.start().model().hold();
            List<Generation> generations = List.of(
                    scenario.submit(Scenario.text("ab").maxTokens(22)),
                    scenario.submit(Scenario.text("cd").maxTokens(22)),
                    scenario.submit(Scenario.text("ef").maxTokens(22)));
            scenario.model().release();

            assertThat(generations.get(2).await().tokenIds()).isEqualTo(Scenario.unscripted("ef", 22));
            assertThat(generations.get(1).await().tokenIds()).isEqualTo(Scenario.unscripted("cd", 22));
            assertThat(generations.get(0).await().tokenIds()).isEqualTo(Scenario.unscripted("ab", 22));
            assertThat(scenario.engine().status().preemptions()).isPositive();
            assertThat(scenario.engine().status().keyValueBlocksUsed()).isZero();
            assertThat(ends)
                    .as("the oldest is never interrupted")
                    .startsWith(generations.getFirst().id());
        }
    }

    @Test
    void eventsComeOnceAndInOrder() throws InterruptedException {
        try (Scenario scenario = new Scenario().layout(Scenario.full(4, 6)).bounds(2, 3)) {
            scenario.start().model().hold();
            Generation older = scenario.submit(Scenario.text("ab").maxTokens(20));
            Generation younger = scenario.submit(Scenario.text("cdefgh")
                    .promptTopLogProbabilities(1)
                    .topLogProbabilities(1)
                    .maxTokens(14));
            scenario.model().release();
            List<GenerationEvent> events = new ArrayList<>();
            GenerationResult result = younger.forEach(events::add);

            assertThat(older.await().tokenIds()).isEqualTo(Scenario.unscripted("ab", 20));
            assertThat(scenario.engine().status().preemptions()).isPositive();
            assertThat(result.tokenIds()).isEqualTo(Scenario.unscripted("cdefgh", 14));
            assertThat(events.stream().filter(GenerationEvent.Started.class::isInstance))
                    .hasSize(1);
            assertThat(events.stream()
                            .filter(GenerationEvent.Delta.class::isInstance)
                            .map(GenerationEvent.Delta.class::cast)
                            .flatMap(delta -> delta.tokenIds().stream()))
                    .containsExactlyElementsOf(result.tokenIds());
            assertThat(result.promptLogProbabilities()).hasSize(5);
            assertThat(result.logProbabilities()).hasSize(14);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyMixOnLittleMemoryGivesTheAnswersOfACalmEngine(long seed) throws InterruptedException {
        Random random = new Random(seed);
        CacheLayout little = random.nextBoolean()
                ? Scenario.full(4, 14 + random.nextInt(6))
                : Scenario.fullAndWindow(4, 14 + random.nextInt(6), 6, 12 + random.nextInt(6));
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            GenerationRequest.Builder request = Scenario.text(
                            "abcdefghijklmnopqrstuvwxyz".substring(0, random.nextInt(26))
                                    + (char) ('a' + random.nextInt(3)))
                    .sampling(RANDOM)
                    .seed(random.nextLong())
                    .topLogProbabilities(2)
                    .maxTokens(random.nextInt(25));
            if (random.nextInt(3) == 0) {
                request.promptTopLogProbabilities(1);
            }
            requests.add(request.build());
        }
        List<GenerationResult> calm = new ArrayList<>();
        try (Scenario scenario = new Scenario().prefixCache(false).start()) {
            for (GenerationRequest request : requests) {
                calm.add(scenario.engine().submit(request).await());
            }
        }

        try (Scenario scenario = new Scenario()
                .layout(little)
                .bounds(6, 30)
                .chunk(1 + random.nextInt(12))
                .start()) {
            scenario.model().hold();
            List<Generation> generations =
                    requests.stream().map(scenario.engine()::submit).toList();
            scenario.model().release();
            for (int i = 0; i < requests.size(); i++) {
                GenerationResult result = generations.get(i).await();
                assertThat(result.tokenIds()).isEqualTo(calm.get(i).tokenIds());
                assertThat(result.logProbabilities()).isEqualTo(calm.get(i).logProbabilities());
                assertThat(result.promptLogProbabilities())
                        .isEqualTo(calm.get(i).promptLogProbabilities());
            }
            assertThat(scenario.engine().status().preemptions()).isPositive();
            assertThat(scenario.engine().status().keyValueBlocksUsed()).isZero();
        }
    }

    @Test
    void aPreemptedAnswerGoesOnWhereItWasInItsSchema() throws InterruptedException {
        JsonSchema members = JsonSchema.parse("""
            {"type":"object","properties":{"a":{"type":"string","minLength":9},"b":{"type":"boolean"}},
             "required":["a","b"],"additionalProperties":false}\
            """);
        GenerationRequest.Builder constrained = Scenario.text("cd")
                .jsonSchema(members)
                .sampling(RANDOM)
                .seed(3)
                .topLogProbabilities(1)
                .maxTokens(20);
        GenerationResult calm;
        try (Scenario scenario = new Scenario().start()) {
            calm = scenario.run(constrained);
        }
        try (Scenario scenario = new Scenario().layout(Scenario.full(4, 6)).bounds(2, 3)) {
            scenario.start().model().hold();
            Generation older = scenario.submit(Scenario.text("ab").maxTokens(20));
            Generation younger = scenario.submit(constrained);
            scenario.model().release();

            GenerationResult result = younger.await();
            assertThat(older.await().tokenIds()).isEqualTo(Scenario.unscripted("ab", 20));
            assertThat(scenario.engine().status().preemptions()).isPositive();
            assertThat(result.text()).startsWith("{").isEqualTo(calm.text());
            assertThat(result.tokenIds()).isEqualTo(calm.tokenIds());
            assertThat(result.logProbabilities()).isEqualTo(calm.logProbabilities());
        }
    }

    @Test
    void aPreemptedRequestThatIsCancelledIsGone() throws InterruptedException {
        try (Scenario scenario = new Scenario().layout(Scenario.full(4, 6)).bounds(2, 3)) {
            scenario.start().model().hold();
            Generation older = scenario.submit(Scenario.text("ab").maxTokens(20));
            Generation younger = scenario.submit(Scenario.text("cd").maxTokens(20));
            for (int step = 0; scenario.engine().status().preemptions() == 0; step++) {
                scenario.model().awaitStep();
                scenario.model().letThrough(1);
                assertThat(step).isLessThan(100);
            }
            younger.cancel();
            scenario.model().release();

            assertThat(younger.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(older.await().tokenIds()).isEqualTo(Scenario.unscripted("ab", 20));
            assertThat(scenario.engine().status().keyValueBlocksUsed()).isZero();
        }
    }
}
