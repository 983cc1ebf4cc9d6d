package org.olmo4j.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.olmo4j.backend.CacheLayout;

class AttributionTest {

    private static final long SECOND = 1_000_000_000;

    @Test
    void promptsPayByTokensAndAnswersAlike() {
        // 100 prompt tokens, and two answers' next tokens: 100 : 1 : 1.
        StepInterval step = step(0, SECOND, prefill("a", 100), decode("b", 0), decode("c", 0));

        Attribution attribution = attribute(102_000, 0, 1, SECOND, step);

        assertThat(attribution.shares())
                .containsExactly(
                        new Attribution.Share("a", 100_000, 0, 0),
                        new Attribution.Share("b", 0, 1_000, 0),
                        new Attribution.Share("c", 0, 1_000, 0));
        assertThat(attribution.idle() + attribution.unattributed()).isZero();
    }

    @Test
    void aLongContextPaysForItsKeysAndValues() {
        // A token of context is a block of 3,200 bytes / 32 tokens = 100 bytes; weights are 100,000 bytes. 1,000 tokens
        // of context cost
        // one pass more: 2 : 1.
        WorkCost cost = WorkCost.of(
                new CacheLayout(List.of(new CacheLayout.Group(OptionalInt.empty(), 32, 10, 3_200))), 100_000);

        assertThat(cost.decode(new StepRecord.Work("long", 0, 1, 1_000)))
                .isEqualTo(2 * cost.decode(new StepRecord.Work("short", 0, 1, 0)));
    }

    @Test
    void layersWithAWindowReadNoMoreThanIt() {
        WorkCost cost = WorkCost.of(
                new CacheLayout(List.of(new CacheLayout.Group(OptionalInt.of(500), 32, 10, 3_200))), 100_000);

        // 500 of the 1,000 tokens are read: half a pass more.
        assertThat(cost.decode(new StepRecord.Work("long", 0, 1, 1_000)) * 2)
                .isEqualTo(3 * cost.decode(new StepRecord.Work("short", 0, 1, 0)));
    }

    @Test
    void aStepCountsOnlyForItsTimeInTheWindow() {
        // Of the window's second, a's step takes the first quarter (it began before), b's the last three.
        Attribution attribution = attribute(
                1_000,
                0,
                1,
                SECOND,
                step(-SECOND, SECOND / 4, decode("a", 0)),
                step(SECOND / 4, 2 * SECOND, decode("b", 0)));

        assertThat(attribution.shares())
                .containsExactly(new Attribution.Share("a", 0, 250, 0), new Attribution.Share("b", 0, 750, 0));
    }

    @Test
    void idlePowerIsPaidForTheTimeOfWorkAndIsIdleForTheRest() {
        // 1,000 counted, 400 of them idle power; a works for a quarter of the window.
        Attribution attribution = attribute(1_000, 400, 1, SECOND, step(0, SECOND / 4, prefill("a", 7)));

        assertThat(attribution).isEqualTo(new Attribution(List.of(new Attribution.Share("a", 600, 0, 100)), 300, 0));
    }

    @Test
    void otherProcessesPayTheirPart() {
        // A quarter is ours: 150 of 600 active, 100 of 400 idle.
        Attribution attribution = attribute(1_000, 400, 0.25, SECOND, step(0, SECOND, prefill("a", 7)));

        assertThat(attribution).isEqualTo(new Attribution(List.of(new Attribution.Share("a", 150, 0, 100)), 300, 450));
    }

    @Test
    void withoutAStepNothingIsAttributed() {
        Attribution attribution = attribute(1_000, 400, 1, SECOND);

        assertThat(attribution).isEqualTo(new Attribution(List.of(), 400, 600));
    }

    @Test
    void workOfNobodyKnownIsUnattributed() {
        StepInterval forgotten = step(0, SECOND / 2, decode("x", 0)).forgottenWith(null);

        Attribution attribution = attribute(1_000, 0, 1, SECOND, forgotten, step(SECOND / 2, SECOND, decode("a", 0)));

        assertThat(attribution).isEqualTo(new Attribution(List.of(new Attribution.Share("a", 0, 500, 0)), 0, 500));
    }

    @Test
    void noPermutationOfStepsAndMembersChangesAnything() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            List<StepInterval> steps = randomSteps(random);
            List<StepInterval> permuted = new ArrayList<>();
            for (StepInterval step : steps) {
                List<StepInterval.Share> shares = new ArrayList<>(step.shares());
                Collections.shuffle(shares, random);
                permuted.add(new StepInterval(step.backend(), step.startNanos(), step.endNanos(), shares));
            }
            Collections.shuffle(permuted, random);
            Attribution.Counted counted =
                    new Attribution.Counted(random.nextLong(1_000_000_000), 0, random.nextDouble());

            assertThat(Attribution.of(counted, Weights.between(0, SECOND, permuted)))
                    .isEqualTo(Attribution.of(counted, Weights.between(0, SECOND, steps)));
        }
    }

    @Test
    void partsAlwaysAddUpToWhatWasCounted() {
        Random random = new Random(8);
        for (int round = 0; round < 500; round++) {
            long microjoules = random.nextLong(1L << random.nextInt(1, 45));
            long idle = random.nextLong(microjoules + 1);

            Attribution attribution = Attribution.of(
                    new Attribution.Counted(microjoules, idle, random.nextDouble()),
                    Weights.between(0, SECOND, randomSteps(random)));

            assertThat(attribution.idle()).isNotNegative();
            assertThat(attribution.unattributed()).isNotNegative();
            assertThat(attribution.shares())
                    .allMatch(share -> share.prefill() >= 0 && share.decode() >= 0 && share.idle() >= 0);
            long shared = attribution.shares().stream()
                    .mapToLong(share -> share.prefill() + share.decode() + share.idle())
                    .sum();
            assertThat(shared + attribution.idle() + attribution.unattributed()).isEqualTo(microjoules);
        }
    }

    @Test
    void manyMembersInANanosecondAreNoDivisionByNothing() {
        StepInterval.Share[] shares = new StepInterval.Share[5_000];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = decode("g" + i, 0);
        }

        assertThat(attribute(1_000, 0, 1, SECOND, step(0, 1, shares)).unattributed())
                .isEqualTo(1_000);
    }

    private static List<StepInterval> randomSteps(Random random) {
        List<StepInterval> steps = new ArrayList<>();
        long time = -random.nextLong(SECOND / 10);
        while (time < SECOND) {
            StepInterval.Share[] shares = new StepInterval.Share[random.nextInt(40)];
            for (int i = 0; i < shares.length; i++) {
                shares[i] = random.nextInt(4) == 0
                        ? prefill("g" + i, 1 + random.nextInt(256))
                        : decode("g" + i, random.nextInt(4_000));
            }
            long end = time + 1 + random.nextLong(SECOND / 5);
            steps.add(step(time, end, shares));
            time = end + random.nextLong(SECOND / 20);
        }
        return steps;
    }

    private static Attribution attribute(
            long microjoules, long idle, double ownShare, long span, StepInterval... intervals) {
        return Attribution.of(
                new Attribution.Counted(microjoules, idle, ownShare), Weights.between(0, span, List.of(intervals)));
    }

    private static StepInterval step(long start, long end, StepInterval.Share... shares) {
        return new StepInterval("cpu", start, end, List.of(shares));
    }

    private static StepInterval.Share prefill(String id, int tokens) {
        return new StepInterval.Share(id, WorkCost.BY_TOKENS.prefill(new StepRecord.Work(id, tokens, 0, tokens)), 0);
    }

    private static StepInterval.Share decode(String id, int context) {
        WorkCost cost = new WorkCost(List.of(new WorkCost.ContextCost(OptionalInt.empty(), 1e-4)));
        return new StepInterval.Share(id, 0, cost.decode(new StepRecord.Work(id, 0, 1, context)));
    }
}
