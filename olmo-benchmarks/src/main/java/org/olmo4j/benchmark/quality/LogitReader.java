package org.olmo4j.benchmark.quality;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.olmo4j.backend.Backends;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;
import org.olmo4j.backend.StepResult;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.benchmark.model.PreparedModel;
import org.olmo4j.checkpoint.Checkpoint;

/**
 * The logits after every token of one sequence at a time. They come from the backend, since an engine lists no whole distributions. Used by one
 * thread.
 */
final class LogitReader implements AutoCloseable {

    /** Tokens that are looked at together, which bounds the memory for logits. */
    static final int STEP_TOKENS = 32;

    private static final int BLOCK_TOKENS = 256;
    private static final int ALIGNMENT = 64;

    private final Checkpoint checkpoint;
    private final LoadedModel model;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment logits;

    private LogitReader(Checkpoint checkpoint, LoadedModel model) {
        this.checkpoint = checkpoint;
        this.model = model;
        this.logits = arena.allocate(STEP_TOKENS * rowBytes(), ALIGNMENT);
    }

    /**
     * Loads a model.
     *
     * @param prepared which
     * @param threads that compute
     * @param longestSequence in tokens
     * @return a reader; close it after use
     */
    static LogitReader open(PreparedModel prepared, int threads, int longestSequence) {
        Checkpoint checkpoint = prepared.open();
        try {
            LoadedModel model = Backends.discover()
                    .select(Backends.AUTO)
                    .load(
                            checkpoint,
                            prepared.loadOptions(threads, longestSequence + BLOCK_TOKENS, STEP_TOKENS, STEP_TOKENS),
                            LoadProgress.NONE);
            return new LogitReader(checkpoint, model);
        } catch (RuntimeException | Error failure) {
            try (checkpoint) {
                throw failure;
            }
        }
    }

    /**
     * Processes the next tokens of a sequence.
     *
     * @param ids of the sequence
     * @param from index of the first of these tokens: 0, or where the last call ended
     * @return logits after each of them, one array for each token: {@value #STEP_TOKENS}, or as many as there are left
     */
    List<float[]> next(int[] ids, int from) {
        int to = Math.min(ids.length, from + STEP_TOKENS);
        List<int[]> tables = model.cacheLayout().groups().stream()
                .map(group -> table(group, to))
                .toList();
        List<Step.Row> rows = new ArrayList<>();
        for (int position = from; position < to; position++) {
            rows.add(new Step.Row(
                    new Step.RowTokens.Known(new int[] {ids[position]}),
                    position,
                    tables,
                    new OutputRequest.Logits(),
                    0));
        }
        return switch (model.submit(new Step(rows, logits, () -> false)).await()) {
            case StepResult.Completed(List<StepResult.RowOutput> outputs) ->
                outputs.stream().map(this::logits).toList();
            case StepResult.Stopped _ -> throw new IllegalStateException("A step stopped that nobody stops");
        };
    }

    private float[] logits(StepResult.RowOutput output) {
        return switch (output) {
            case StepResult.RowOutput.Logits(int index) ->
                logits.asSlice(index * rowBytes(), rowBytes()).toArray(ValueLayout.JAVA_FLOAT);
            case StepResult.RowOutput.Failed(var reason) -> throw reason;
            case StepResult.RowOutput.None _, StepResult.RowOutput.Sampled _, StepResult.RowOutput.LogProbabilities _ ->
                throw new IllegalStateException("Asked for logits, the backend gave " + output);
        };
    }

    /** The one sequence has the blocks in their order. */
    private static int[] table(CacheLayout.Group group, int tokens) {
        int blocks = Math.ceilDiv(tokens, group.blockTokens());
        if (blocks > group.blockCount()) {
            throw new BenchmarkException(
                    "A sequence of " + tokens + " tokens needs " + blocks
                            + " blocks of keys and values, and the backend" + " has " + group.blockCount(),
                    "Ask for shorter sequences with --length");
        }
        return IntStream.range(0, blocks).toArray();
    }

    private long rowBytes() {
        return (long) model.spec().vocabularySize() * Float.BYTES;
    }

    @Override
    public void close() {
        try (checkpoint;
                model;
                arena) {
            // Closed in reverse order, all of them whatever happens.
        }
    }
}
