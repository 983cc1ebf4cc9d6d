package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.energy.RequestEnergy;
import org.olmo4j.energy.carbon.CarbonAccounting;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.error.EngineBusyException;

/** Everybody who hears of a generation's end hears with it what the generation cost. */
@Timeout(60)
class FootprintOfGenerationTest {

    private final List<GenerationResult> told = Collections.synchronizedList(new ArrayList<>());
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final GenerationListener recorder = (request, result) -> {
        told.add(result);
        return CompletableFuture.completedFuture(null);
    };

    private static Footprint footprint(String id) {
        return CarbonAccounting.NONE.footprint(new RequestEnergy(id, Optional.empty(), Set.of()), 1);
    }

    @Test
    void listenersAndTheCallerHaveTheSameFigure() throws Exception {
        try (Scenario scenario = new Scenario()
                .footprints((id, tokens) -> {
                    asked.add(id + " " + tokens);
                    return CompletableFuture.completedStage(footprint(id));
                })
                .listener(recorder)
                .start()) {
            GenerationResult result = scenario.run(Scenario.text("a").maxTokens(3));

            assertThat(asked).containsExactly(result.id() + " 3");
            assertThat(result.footprint()).hasValue(footprint(result.id()));
            assertThat(told).containsExactly(result);
        }
    }

    @Test
    void aFigureThatTakesTimeHoldsUpItsOwnEndOnly() throws Exception {
        CompletableFuture<Footprint> slow = new CompletableFuture<>();
        try (Scenario scenario = new Scenario()
                .footprints((id, tokens) ->
                        asked.isEmpty() && asked.add(id) ? slow : CompletableFuture.completedStage(footprint(id)))
                .listener(recorder)
                .start()) {
            Generation first = scenario.submit(Scenario.text("a").maxTokens(1));
            while (asked.isEmpty()) {
                Thread.onSpinWait();
            }
            GenerationResult second = scenario.run(Scenario.text("b").maxTokens(1));
            assertThat(told).containsExactly(second);

            slow.complete(footprint(first.id()));
            assertThat(first.await().footprint()).hasValue(footprint(first.id()));
            assertThat(told).hasSize(2);
        }
    }

    @Test
    void listenersDoNotRunOnTheThreadThatKnowsTheFigure() throws Exception {
        CompletableFuture<Footprint> slow = new CompletableFuture<>();
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        try (Scenario scenario = new Scenario()
                .footprints((id, tokens) -> slow)
                .listener((request, result) -> {
                    threads.add(Thread.currentThread());
                    return CompletableFuture.completedFuture(null);
                })
                .start()) {
            Generation generation = scenario.submit(Scenario.text("a").maxTokens(1));
            while (scenario.engine().status().running() > 0
                    || scenario.engine().status().generatedTokens() == 0) {
                Thread.onSpinWait();
            }
            slow.complete(footprint("a"));
            generation.await();
        }
        assertThat(threads).hasSize(1).doesNotContain(Thread.currentThread());
    }

    @Test
    void aSourceThatThrowsCostsNobodyTheEnd() throws Exception {
        try (Scenario scenario = new Scenario()
                .footprints((id, tokens) -> {
                    throw new IllegalStateException("no source");
                })
                .listener(recorder)
                .start()) {
            GenerationResult result = scenario.run(Scenario.text("a").maxTokens(1));

            assertThat(result.footprint()).isEmpty();
            assertThat(told).containsExactly(result);
            assertThat(scenario.run(Scenario.text("b").maxTokens(1)).finishReason())
                    .isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void aFigureThatFailsIsNoneAndCostsNobodyTheEnd() throws Exception {
        try (Scenario scenario = new Scenario()
                .footprints((id, tokens) -> CompletableFuture.failedStage(new IllegalStateException("no figure")))
                .listener(recorder)
                .start()) {
            GenerationResult result = scenario.run(Scenario.text("a").maxTokens(1));

            assertThat(result.footprint()).isEmpty();
            assertThat(told).containsExactly(result);
        }
    }

    @Test
    void whatNeverRanIsNotAskedFor() throws Exception {
        try (Scenario scenario = new Scenario()
                .bounds(1, 0)
                .footprints((id, tokens) -> {
                    asked.add(id);
                    return CompletableFuture.completedStage(footprint(id));
                })
                .listener(recorder)
                .start()) {
            scenario.model().hold();
            Generation running = scenario.submit(Scenario.text("a").maxTokens(1));
            assertThatThrownBy(() -> scenario.submit(Scenario.text("b"))).isInstanceOf(EngineBusyException.class);
            scenario.model().release();
            running.await();

            assertThat(asked).containsExactly(running.id());
            assertThat(told.getFirst().footprint()).isEmpty();
        }
    }

    @Test
    void whoClosesTheEngineFindsAllEndsTold() throws Exception {
        Scenario scenario = new Scenario()
                .footprints((id, tokens) ->
                        new CompletableFuture<Footprint>().completeOnTimeout(footprint(id), 50, TimeUnit.MILLISECONDS))
                .listener(recorder)
                .start();
        scenario.model().hold();
        scenario.submit(Scenario.text("a").maxTokens(1));
        scenario.model().awaitStep();
        scenario.model().release();
        scenario.close();

        assertThat(told).hasSize(1);
        assertThat(told.getFirst().footprint()).isPresent();
    }
}
