package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.Numerics;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;
import org.olmo4j.backend.StepArbiter;
import org.olmo4j.backend.StepHandle;
import org.olmo4j.backend.StepResult;
import org.olmo4j.backend.StepResult.RowOutput;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.sampling.LogProbabilities;
import org.olmo4j.sampling.TokenLogProbability;
import org.olmo4j.spec.Family;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.LayerSpec;
import org.olmo4j.spec.NormPlacement;
import org.olmo4j.spec.Normalization;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spec.RotaryEmbedding;
import org.olmo4j.spec.TensorLayout;

/**
 * A model whose next token is a function of the tokens before it. It finds those only in its block memory, through the tables of each row,
 * as a real backend does: an engine that mixes up blocks gets wrong answers or a failed check.
 */
public final class ScriptedModel implements LoadedModel {

    public static final int VOCABULARY = 300;

    /** What a row of a step had. */
    public record SeenRow(int start, int count, OutputRequest output) {}

    private final StepArbiter arbiter;
    private final OlmoSpec spec;
    private final LoadOptions options;
    private final CacheLayout layout;
    private final ToIntFunction<int[]> next;
    private final List<long[]> memory = new ArrayList<>();
    private final List<List<SeenRow>> steps = Collections.synchronizedList(new ArrayList<>());
    private final Semaphore arrived = new Semaphore(0);
    private final Semaphore permits = new Semaphore(0);
    private final AtomicInteger copiedBlocks = new AtomicInteger();
    private volatile boolean held;
    private volatile @Nullable IntFunction<? extends Throwable> failure;
    private volatile @Nullable RuntimeException copyFailure;
    private volatile float poison = 0;
    private volatile int[] poisoned = {};

    ScriptedModel(
            int contextLength,
            LoadOptions options,
            CacheLayout layout,
            StepArbiter arbiter,
            ToIntFunction<int[]> next) {
        this.arbiter = arbiter;
        this.spec = spec(contextLength);
        this.options = options;
        this.layout = layout;
        this.next = next;
        for (CacheLayout.Group group : layout.groups()) {
            memory.add(new long[group.blockCount() * group.blockTokens()]);
        }
    }

    static OlmoSpec spec(int contextLength) {
        return new OlmoSpec(
                Family.OLMO2,
                TensorLayout.HUGGING_FACE,
                VOCABULARY,
                8,
                1,
                1,
                8,
                contextLength,
                new Normalization.RmsNorm(1e-6f),
                NormPlacement.ON_BRANCH_OUTPUT,
                true,
                OptionalDouble.empty(),
                false,
                new FeedForward.Dense(16),
                false,
                List.of(new LayerSpec(
                        new LayerSpec.Attention.Full(),
                        new RotaryEmbedding(10000, new RotaryEmbedding.Scaling.None()))),
                List.of(FakeTokenizer.END_OF_TEXT));
    }

    /** The logits after some tokens: the scripted one is far the highest; the rest differ, so that every row is its own. */
    public float[] logits(int[] tokens) {
        int hash = Arrays.hashCode(tokens);
        float[] logits = new float[VOCABULARY];
        for (int id = 0; id < VOCABULARY; id++) {
            hash = hash * 1103515245 + 12345;
            logits[id] = (hash >>> 16) / 65536f;
        }
        logits[next.applyAsInt(tokens)] = 20;
        if (Arrays.equals(poisoned, 0, poisoned.length, tokens, 0, Math.min(poisoned.length, tokens.length))) {
            logits[0] += poison;
        }
        return logits;
    }

    /** From now on a step waits for {@link #letThrough}. */
    public void hold() {
        held = true;
    }

    public void letThrough(int count) {
        permits.release(count);
    }

    public void release() {
        held = false;
        permits.release(1_000_000);
    }

    /** Waits until one more step has been submitted. */
    public void awaitStep() throws InterruptedException {
        assertThat(arrived.tryAcquire(10, TimeUnit.SECONDS))
                .as("a step arrives")
                .isTrue();
    }

    /** Steps fail with what the function gives for their number, if it gives something. */
    void failWith(IntFunction<? extends Throwable> byStep) {
        failure = byStep;
    }

    /** No block is copied any more. */
    void failCopiesWith(RuntimeException thrown) {
        copyFailure = thrown;
    }

    /** Makes all logits of token 0 so. */
    void poison(float value) {
        poison(value, new int[0]);
    }

    /** Makes the logits of token 0 so in sequences that begin with some tokens. */
    void poison(float value, int[] beginning) {
        poisoned = beginning;
        poison = value;
    }

    public List<List<SeenRow>> steps() {
        return List.copyOf(steps);
    }

    @Override
    public OlmoSpec spec() {
        return spec;
    }

    @Override
    public String description() {
        return "scripted model";
    }

    @Override
    public Numerics numerics() {
        return new Numerics("scripted", "none", "none", "scripted-1");
    }

    @Override
    public StepArbiter arbiter() {
        return arbiter;
    }

    @Override
    public LoadOptions options() {
        return options;
    }

    @Override
    public CacheLayout cacheLayout() {
        return layout;
    }

    @Override
    public StepHandle submit(Step step) {
        int number = steps.size();
        steps.add(step.rows().stream()
                .map(row -> new SeenRow(row.startPosition(), row.tokens().count(), row.output()))
                .toList());
        arrived.release();
        return () -> {
            if (held && !permitted(step)) {
                return new StepResult.Stopped();
            }
            IntFunction<? extends Throwable> failing = failure;
            Throwable thrown = failing == null ? null : failing.apply(number);
            if (thrown instanceof RuntimeException exception) {
                throw exception;
            }
            if (thrown instanceof Error error) {
                throw error;
            }
            return run(step);
        };
    }

    private boolean permitted(Step step) {
        try {
            while (!permits.tryAcquire(1, TimeUnit.MILLISECONDS)) {
                if (step.stop().getAsBoolean()) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void copyBlocks(int group, int[] from, int[] to) {
        RuntimeException thrown = copyFailure;
        if (thrown != null) {
            throw thrown;
        }
        int blockTokens = layout.groups().get(group).blockTokens();
        for (int i = 0; i < from.length; i++) {
            System.arraycopy(
                    memory.get(group), from[i] * blockTokens, memory.get(group), to[i] * blockTokens, blockTokens);
        }
        copiedBlocks.addAndGet(from.length);
    }

    int copiedBlocks() {
        return copiedBlocks.get();
    }

    @Override
    public void close() {}

    private StepResult run(Step step) {
        assertThat(step.rows()).hasSizeBetween(1, options.maxStepRows());
        assertThat(step.rows().stream().mapToInt(row -> row.tokens().count()).sum())
                .isLessThanOrEqualTo(options.maxStepTokens());
        assertThat(step.logits().address() % 64).isZero();
        requireDisjointBlocks(step.rows());
        List<RowOutput> outputs = new ArrayList<>();
        int slot = 0;
        for (Step.Row row : step.rows()) {
            int[] ids = ((Step.RowTokens.Known) row.tokens()).ids();
            List<float[]> logits = new ArrayList<>();
            for (int i = 0; i < ids.length; i++) {
                logits.add(logits(process(row, row.startPosition() + i, ids[i])));
            }
            switch (row.output()) {
                case OutputRequest.None none -> outputs.add(new RowOutput.None());
                case OutputRequest.Logits wanted -> {
                    MemorySegment.copy(
                            logits.getLast(),
                            0,
                            step.logits(),
                            ValueLayout.JAVA_FLOAT,
                            (long) slot * VOCABULARY * Float.BYTES,
                            VOCABULARY);
                    outputs.add(new RowOutput.Logits(slot++));
                }
                case OutputRequest.TokenLogProbabilities wanted -> {
                    assertThat(wanted.targets()).hasSize(ids.length);
                    outputs.add(scores(logits, wanted));
                }
                case OutputRequest.Sample sample -> throw new AssertionError("no sampling on this device");
            }
        }
        return new StepResult.Completed(outputs);
    }

    private static RowOutput scores(List<float[]> logits, OutputRequest.TokenLogProbabilities wanted) {
        List<TokenLogProbability> scores = new ArrayList<>();
        try {
            for (int i = 0; i < logits.size(); i++) {
                scores.add(LogProbabilities.of(logits.get(i), wanted.targets()[i], wanted.top()));
            }
        } catch (GenerationFailedException failure) {
            return new RowOutput.Failed(failure);
        }
        return new RowOutput.LogProbabilities(scores);
    }

    /** Sequences may share blocks that they read; one that is written belongs to one sequence alone. */
    private void requireDisjointBlocks(List<Step.Row> rows) {
        for (int group = 0; group < layout.groups().size(); group++) {
            int blockTokens = layout.groups().get(group).blockTokens();
            Map<Integer, Integer> writers = new HashMap<>();
            for (int i = 0; i < rows.size(); i++) {
                Step.Row row = rows.get(i);
                int end = row.startPosition() + row.tokens().count();
                int[] table = row.blockTables().get(group);
                assertThat(table).hasSize(Math.ceilDiv(end, blockTokens));
                for (int block = row.startPosition() / blockTokens; block * blockTokens < end; block++) {
                    Integer other = writers.put(table[block], sequence(rows, i));
                    assertThat(other).as("writer of block %s", table[block]).isIn(null, sequence(rows, i));
                }
            }
            for (int i = 0; i < rows.size(); i++) {
                for (int block : rows.get(i).blockTables().get(group)) {
                    assertThat(writers.get(block))
                            .as("writer of block %s, which row %s sees", block, i)
                            .isIn(null, sequence(rows, i));
                }
            }
        }
    }

    /** The first of the rows that belong to the same sequence: they follow each other, on the same blocks. */
    private static int sequence(List<Step.Row> rows, int row) {
        int first = row;
        while (first > 0 && continues(rows.get(first - 1), rows.get(first))) {
            first--;
        }
        return first;
    }

    private static boolean continues(Step.Row row, Step.Row next) {
        int[] table = row.blockTables().getFirst();
        return next.startPosition() == row.startPosition() + row.tokens().count()
                && Arrays.equals(table, 0, table.length, next.blockTables().getFirst(), 0, table.length);
    }

    /** Stores a token and reads back all that its query sees; with a full group, the whole sequence. */
    private int[] process(Step.Row row, int position, int id) {
        int[] seen = {};
        for (int group = 0; group < layout.groups().size(); group++) {
            CacheLayout.Group of = layout.groups().get(group);
            int[] table = row.blockTables().get(group);
            memory.get(group)[slot(of, table, position)] = (long) position << 32 | id;
            int first =
                    of.window().isPresent() ? Math.max(0, position - of.window().getAsInt() + 1) : 0;
            int[] visible = new int[position - first + 1];
            for (int at = first; at <= position; at++) {
                long stored = memory.get(group)[slot(of, table, at)];
                assertThat(stored >> 32).as("position stored for %s", at).isEqualTo(at);
                visible[at - first] = (int) stored;
            }
            if (visible.length > seen.length) {
                seen = visible;
            }
        }
        return seen;
    }

    private static int slot(CacheLayout.Group group, int[] table, int position) {
        int block = table[position / group.blockTokens()];
        assertThat(block).as("block of position %s", position).isBetween(0, group.blockCount() - 1);
        return block * group.blockTokens() + position % group.blockTokens();
    }
}
