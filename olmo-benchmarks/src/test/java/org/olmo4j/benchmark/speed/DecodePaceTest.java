package org.olmo4j.benchmark.speed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationResult;

class DecodePaceTest {

    private static final long MILLISECOND = 1_000_000;

    private long nanos;

    /** A generation that only knows whether it was cancelled. */
    private static final class Cancellable implements Generation {

        private boolean cancelled;

        @Override
        public String id() {
            return "generation";
        }

        @Override
        public GenerationEvent next() {
            throw new UnsupportedOperationException();
        }

        @Override
        public GenerationResult forEach(Consumer<GenerationEvent> consumer) {
            throw new UnsupportedOperationException();
        }

        @Override
        public GenerationResult await() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private void token(DecodePace.Follower follower, long millisecond) {
        nanos = millisecond * MILLISECOND;
        follower.accept(new GenerationEvent.Delta("", List.of(1), List.of()));
    }

    /** 3 tokens in the 300 ms after the first; the time before that is prefill. */
    @Test
    void thePaceOfOneSequenceIsTakenFromItsFirstTokenOn() {
        DecodePace pace = new DecodePace(1, 3, () -> nanos);
        DecodePace.Follower follower = pace.follower(new Cancellable());
        for (long millisecond : new long[] {5000, 5100, 5200, 5300}) {
            token(follower, millisecond);
        }
        assertThat(follower.tokensPerSecond()).isEqualTo(10);
    }

    /** Alone the first sequence makes a token each 10 ms, together with the other each 50 ms: 2 tokens in 100 ms. */
    @Test
    void tokensBeforeAllSequencesHaveBegunDoNotCount() {
        DecodePace pace = new DecodePace(2, 2, () -> nanos);
        DecodePace.Follower early = pace.follower(new Cancellable());
        DecodePace.Follower late = pace.follower(new Cancellable());
        token(early, 10);
        token(early, 20);
        for (long millisecond : new long[] {100, 150, 200, 250}) {
            token(late, millisecond);
            token(early, millisecond);
        }
        assertThat(early.tokensPerSecond()).isEqualTo(20);
        assertThat(late.tokensPerSecond()).isEqualTo(20);
    }

    @Test
    void allGoOnUntilTheLastIsMeasured() {
        DecodePace pace = new DecodePace(2, 1, () -> nanos);
        Cancellable one = new Cancellable();
        Cancellable two = new Cancellable();
        DecodePace.Follower first = pace.follower(one);
        DecodePace.Follower second = pace.follower(two);
        token(first, 1);
        token(second, 2);
        token(second, 3);
        token(first, 4);
        assertThat(one.cancelled).isFalse();
        assertThat(two.cancelled).isFalse();
        token(first, 5);
        assertThat(one.cancelled).isTrue();
        assertThat(two.cancelled).isTrue();
    }

    /** Held-back text and tokens that come together must not be mistaken for one token. */
    @Test
    void anEventMayHoldSeveralTokensOrNone() {
        DecodePace pace = new DecodePace(1, 2, () -> nanos);
        DecodePace.Follower follower = pace.follower(new Cancellable());
        token(follower, 0);
        nanos = 50 * MILLISECOND;
        follower.accept(new GenerationEvent.Delta("text", List.of(), List.of()));
        nanos = 100 * MILLISECOND;
        follower.accept(new GenerationEvent.Delta("", List.of(1, 2), List.of()));
        assertThat(follower.tokensPerSecond()).isEqualTo(20);
    }
}
