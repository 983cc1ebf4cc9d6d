package org.olmo4j.benchmark.speed;

import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationResult;

/**
 * The pace of sequences that decode together. It is taken between two tokens of the same sequence, the first of which comes when all
 * sequences have begun; and all go on until the last has been measured, so that the batch does not shrink before.
 */
final class DecodePace {

    private final Collection<Generation> generations = new ConcurrentLinkedQueue<>();
    private final int measuredTokens;
    private final LongSupplier nanoTime;
    private final AtomicInteger notBegun;
    private final AtomicInteger notMeasured;

    /**
     * Prepares to follow sequences.
     *
     * @param sequences how many there will be
     * @param measuredTokens over which the pace of each is taken, 1 or more
     * @param nanoTime a monotonic clock
     */
    DecodePace(int sequences, int measuredTokens, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.measuredTokens = measuredTokens;
        this.notBegun = new AtomicInteger(sequences);
        this.notMeasured = new AtomicInteger(sequences);
    }

    /**
     * Follows one sequence; each has a thread of its own, which reads its tokens as they come.
     *
     * @param generation submitted just now
     * @return its tokens a second
     * @throws InterruptedException if interrupted
     */
    double follow(Generation generation) throws InterruptedException {
        Follower follower = follower(generation);
        GenerationResult result = generation.forEach(follower);
        if (!follower.measured) {
            generations.forEach(Generation::cancel);
            throw new BenchmarkException(
                    "A sequence ended by " + result.finishReason() + " after "
                            + result.usage().completionTokens() + " tokens, before the pace of all was known ("
                            + result.error() + ")",
                    "Ask for fewer sequences or a shorter context");
        }
        return follower.tokensPerSecond();
    }

    Follower follower(Generation generation) {
        generations.add(generation);
        return new Follower();
    }

    /** Sees the tokens of one sequence. */
    final class Follower implements Consumer<GenerationEvent> {

        private boolean begun;
        private boolean started;
        private boolean measured;
        private int tokensSinceStart;
        private long startNanos;
        private long endNanos;

        @Override
        public void accept(GenerationEvent event) {
            if (event instanceof GenerationEvent.Delta delta) {
                delta.tokenIds().forEach(_ -> token(nanoTime.getAsLong()));
            }
        }

        private void token(long now) {
            if (!begun) {
                begun = true;
                notBegun.decrementAndGet();
            }
            if (measured || notBegun.get() > 0) {
                return;
            }
            if (!started) {
                started = true;
                startNanos = now;
                return;
            }
            tokensSinceStart++;
            if (tokensSinceStart == measuredTokens) {
                measured = true;
                endNanos = now;
                if (notMeasured.decrementAndGet() == 0) {
                    generations.forEach(Generation::cancel);
                }
            }
        }

        double tokensPerSecond() {
            return measuredTokens * 1e9 / (endNanos - startNanos);
        }
    }
}
