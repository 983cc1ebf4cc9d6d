package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.olmo4j.error.DeadlineExceededException;
import org.olmo4j.error.DeviceFailedException;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.error.InvalidRequestException;

/** What an engine does so that another one can take over from it, and it from another one. */
class AttemptsTest {

    private static final Instant RECEIVED = Instant.parse("2026-01-02T03:04:05Z");

    private static GenerationRequest.Attempt after(Duration elapsed) {
        return new GenerationRequest.Attempt("gen-known", RECEIVED, elapsed);
    }

    @Test
    void anAttemptHasTheIdAndTheClockOfTheFirst() throws InterruptedException {
        try (Scenario scenario = new Scenario().start()) {
            Generation generation =
                    scenario.submit(Scenario.text("a").maxTokens(2).attempt(after(Duration.ofSeconds(3))));
            GenerationResult result = generation.await();

            assertThat(generation.id()).isEqualTo("gen-known");
            assertThat(result.id()).isEqualTo("gen-known");
            // The scenario's clock stands.
            assertThat(result.timings())
                    .isEqualTo(new Timings(
                            RECEIVED,
                            Optional.of(Duration.ofSeconds(3)),
                            Optional.of(Duration.ofSeconds(3)),
                            Duration.ofSeconds(3)));
        }
    }

    @Test
    void deadlinesCountFromTheFirst() {
        Deadlines fourSeconds = new Deadlines(Optional.empty(), Optional.empty(), Optional.of(Duration.ofSeconds(4)));
        try (Scenario scenario = new Scenario().start()) {
            assertThatThrownBy(() -> scenario.run(
                            Scenario.text("a").deadlines(fourSeconds).attempt(after(Duration.ofSeconds(4)))))
                    .isInstanceOf(DeadlineExceededException.class);
        }
    }

    @Test
    void samplesOfAnAttemptHaveIdsOfTheirOwn() {
        try (Scenario scenario = new Scenario().start()) {
            List<Generation> samples = scenario.engine()
                    .submit(
                            Scenario.text("a")
                                    .maxTokens(1)
                                    .attempt(after(Duration.ZERO))
                                    .build(),
                            3);

            assertThat(samples).extracting(Generation::id).containsExactly("gen-known", "gen-known-1", "gen-known-2");
        }
    }

    /** Takes over whatever fails. */
    private static final class TakingOver implements GenerationListener {

        private final List<GenerationResult> asked = new CopyOnWriteArrayList<>();
        private final List<GenerationResult> told = new CopyOnWriteArrayList<>();

        @Override
        public boolean attemptsAgain(GenerationRequest request, GenerationResult result) {
            asked.add(result);
            return result.finishReason() == FinishReason.FAILED;
        }

        @Override
        public CompletionStage<?> ended(GenerationRequest request, GenerationResult result) {
            told.add(result);
            return CompletableFuture.completedStage(null);
        }
    }

    @Test
    void whatIsAttemptedAgainIsToldToNobodyAndItsFootprintIsNotAskedFor() throws InterruptedException {
        TakingOver taking = new TakingOver();
        List<GenerationResult> others = new CopyOnWriteArrayList<>();
        List<String> footprints = new CopyOnWriteArrayList<>();
        FootprintSource source = (id, tokens) -> {
            footprints.add(id);
            return FootprintSource.NONE.ended(id, tokens);
        };
        try (Scenario scenario = new Scenario()
                .footprints(source)
                .listener(taking)
                .listener((request, result) -> {
                    others.add(result);
                    return CompletableFuture.completedStage(null);
                })
                .start()) {
            GenerationResult answered = scenario.run(Scenario.text("a").maxTokens(1));
            scenario.model().failWith(step -> new IllegalStateException("as for a test"));
            Generation failing = scenario.submit(Scenario.text("b").maxTokens(1));
            assertThatThrownBy(failing::await).isInstanceOf(DeviceFailedException.class);
            assertThatThrownBy(() -> scenario.submit(Scenario.text("c".repeat(100))))
                    .isInstanceOf(InvalidRequestException.class);

            assertThat(taking.asked).hasSize(3);
            assertThat(taking.told).containsExactly(answered);
            assertThat(others).containsExactly(answered);
            assertThat(footprints).containsExactly(answered.id());
            assertThat(scenario.engine().drain(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void whateverAStepThrowsIsTheDevicesFailure() {
        DeviceFailedException sticky = new DeviceFailedException("Lost", "Restart", true, null);
        GenerationFailedException other = new GenerationFailedException("No memory", "Ask for less");
        try (Scenario scenario = new Scenario().start()) {
            scenario.model().failWith(step -> sticky);
            assertThatThrownBy(() -> scenario.run(Scenario.text("a"))).isSameAs(sticky);

            scenario.model().failWith(step -> other);
            assertThatThrownBy(() -> scenario.run(Scenario.text("a")))
                    .isInstanceOfSatisfying(
                            DeviceFailedException.class,
                            failure -> assertThat(failure.sticky()).isFalse())
                    .hasMessage("No memory. Ask for less.")
                    .hasCause(other);
        }
    }

    @Test
    void numbersThatAreBrokenAreNot() {
        try (Scenario scenario = new Scenario().start()) {
            scenario.model().poison(Float.NaN);

            assertThatThrownBy(() -> scenario.run(Scenario.text("a")))
                    .isExactlyInstanceOf(GenerationFailedException.class);
        }
    }
}
