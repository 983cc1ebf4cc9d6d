package org.olmo4j.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.Numerics;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;
import org.olmo4j.backend.StepArbiter;
import org.olmo4j.backend.StepHandle;
import org.olmo4j.backend.StepResult;
import org.olmo4j.backend.StepResult.RowOutput;
import org.olmo4j.backend.plan.StepCheck;
import org.olmo4j.backend.plan.WeightPlan;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.error.DeviceFailedException;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.sampling.LogProbabilities;
import org.olmo4j.sampling.TokenLogProbability;
import org.olmo4j.spec.OlmoSpec;

/** A model on the CPU: checks steps, runs the forward pass, and hands out what was asked for. */
final class CpuModel implements LoadedModel {

    /** Tokens whose logits are held at once for log-probabilities: 16 x 100k floats are 6.4 MB. */
    private static final int LOGIT_TOKENS = 16;

    private final OlmoSpec spec;
    private final LoadOptions options;
    private final Identity identity;
    private final CpuDevice device;
    private final StepCheck check;
    private final KeyValueCache cache;
    private final CpuDevice.Lease threads;
    private final HeldWeights weights;
    private final ForwardPass pass;
    private final AtomicBoolean closed = new AtomicBoolean();
    private float[] logits = new float[0];

    /**
     * What the model says of itself.
     *
     * @param description for people
     * @param numerics for the replay key
     */
    record Identity(String description, Numerics numerics) {}

    CpuModel(
            Checkpoint checkpoint,
            LoadOptions options,
            CacheLayout layout,
            Identity identity,
            CpuDevice device,
            LoadProgress progress) {
        this.spec = checkpoint.spec();
        this.options = options;
        this.identity = identity;
        this.device = device;
        this.check = new StepCheck(spec, options, layout);
        this.threads = device.lease(options.threads());
        this.cache = new KeyValueCache(spec, layout, options.keyValues());
        HeldWeights held = null;
        boolean loaded = false;
        try {
            held = HeldWeights.load(
                    checkpoint, WeightPlan.of(options), options.weightCache(), threads.pool(), progress);
            this.weights = held;
            this.pass = new ForwardPass(spec, held.weights(), cache, threads.pool());
            loaded = true;
        } finally {
            if (!loaded) {
                threads.close();
                cache.close();
                if (held != null) {
                    held.close();
                }
            }
        }
    }

    @Override
    public OlmoSpec spec() {
        return spec;
    }

    @Override
    public String description() {
        return identity.description();
    }

    @Override
    public Numerics numerics() {
        return identity.numerics();
    }

    @Override
    public StepArbiter arbiter() {
        return device.arbiter();
    }

    @Override
    public LoadOptions options() {
        return options;
    }

    @Override
    public CacheLayout cacheLayout() {
        return cache.layout();
    }

    /** Runs the step in the calling thread, so that the handle is always done. */
    @Override
    public StepHandle submit(Step step) {
        if (closed.get()) {
            throw new IllegalStateException("The model is closed");
        }
        TokenBatch batch = TokenBatch.of(step.rows(), check.tokens(step));
        try {
            touchBlocks(step.rows());
            StepResult result = pass.run(batch, step.stop())
                    ? new StepResult.Completed(outputs(step, batch))
                    : new StepResult.Stopped();
            return () -> result;
        } catch (DeviceFailedException e) {
            return failed(e);
        } catch (InternalError e) {
            // The JVM's answer to a page of a mapped file that is not there any more.
            return failed(new DeviceFailedException(
                    "A step could not read the model's weights (" + e.getMessage() + ")",
                    "A file of the checkpoint, or of converted weights where they are kept, was truncated while it was"
                            + " in use: restore the one or delete the other, and restart",
                    false,
                    e));
        } catch (OutOfMemoryError e) {
            return failed(new DeviceFailedException(
                    "A step of " + step.rows().size() + " rows with " + batch.size() + " tokens ran out of memory ("
                            + e.getMessage() + ")",
                    "Give the JVM more heap (-Xmx), or let fewer requests run at once (olmo.engine.max-running) in "
                            + "smaller pieces (olmo.engine.prefill-chunk-tokens)",
                    false,
                    e));
        }
    }

    private static StepHandle failed(DeviceFailedException failure) {
        return () -> {
            throw failure;
        };
    }

    /** Memory for the blocks that the step writes or reads: of a step that is known to be well-formed, so that a refused one takes none. */
    private void touchBlocks(List<Step.Row> rows) {
        for (Step.Row row : rows) {
            for (int group = 0; group < row.blockTables().size(); group++) {
                CacheLayout.Group description = cache.layout().groups().get(group);
                int[] table = row.blockTables().get(group);
                int last = StepCheck.lastBlock(row, description);
                for (int block = StepCheck.firstBlock(row, description); block <= last; block++) {
                    cache.touch(group, table[block]);
                }
            }
        }
    }

    private List<RowOutput> outputs(Step step, TokenBatch batch) {
        List<RowOutput> outputs = new ArrayList<>();
        List<Integer> logitTokens = new ArrayList<>();
        int first = 0;
        for (Step.Row row : step.rows()) {
            int end = first + row.tokens().count();
            switch (row.output()) {
                case OutputRequest.None() -> outputs.add(new RowOutput.None());
                case OutputRequest.Logits() -> {
                    outputs.add(new RowOutput.Logits(logitTokens.size()));
                    logitTokens.add(end - 1);
                }
                case OutputRequest.TokenLogProbabilities(int[] targets, int top) ->
                    outputs.add(scores(first, targets, top));
                case OutputRequest.Sample sample ->
                    throw new IllegalStateException("Refused when the step was checked: " + sample);
            }
            first = end;
        }
        if (first != batch.size()) {
            throw new IllegalStateException("Rows of " + first + " tokens in a batch of " + batch.size());
        }
        writeLogits(logitTokens, step.logits());
        return outputs;
    }

    private void writeLogits(List<Integer> tokens, MemorySegment target) {
        int vocabulary = spec.vocabularySize();
        for (int from = 0; from < tokens.size(); from += LOGIT_TOKENS) {
            List<Integer> part = tokens.subList(from, Math.min(tokens.size(), from + LOGIT_TOKENS));
            computeLogits(part.stream().mapToInt(Integer::intValue).toArray());
            MemorySegment.copy(
                    logits,
                    0,
                    target,
                    ValueLayout.JAVA_FLOAT,
                    (long) from * vocabulary * Float.BYTES,
                    part.size() * vocabulary);
        }
    }

    /** Into {@link #logits}, which is kept: 400 kB of garbage for each token would keep the collector busy. */
    private void computeLogits(int[] tokens) {
        if (logits.length < tokens.length * spec.vocabularySize()) {
            logits = new float[tokens.length * spec.vocabularySize()];
        }
        pass.logits(tokens, logits);
    }

    /** Logits that are not numbers are the fault of this row's tokens and these weights: the other rows have their results. */
    private RowOutput scores(int first, int[] targets, int top) {
        try {
            return new RowOutput.LogProbabilities(logProbabilities(first, targets, top));
        } catch (GenerationFailedException failure) {
            return new RowOutput.Failed(failure);
        }
    }

    private List<TokenLogProbability> logProbabilities(int first, int[] targets, int top) {
        int vocabulary = spec.vocabularySize();
        List<TokenLogProbability> results = new ArrayList<>(targets.length);
        for (int from = 0; from < targets.length; from += LOGIT_TOKENS) {
            int count = Math.min(LOGIT_TOKENS, targets.length - from);
            int[] tokens = new int[count];
            for (int i = 0; i < count; i++) {
                tokens[i] = first + from + i;
            }
            computeLogits(tokens);
            TokenLogProbability[] part = new TokenLogProbability[count];
            int start = from;
            threads.pool().run(count, (kernels, i) -> {
                MemorySegment row = MemorySegment.ofArray(logits)
                        .asSlice((long) i * vocabulary * Float.BYTES, (long) vocabulary * Float.BYTES);
                part[i] = LogProbabilities.of(row, targets[start + i], top);
            });
            results.addAll(List.of(part));
        }
        return results;
    }

    @Override
    public void copyBlocks(int group, int[] from, int[] to) {
        cache.copyBlocks(group, from, to);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            threads.close();
            cache.close();
            weights.close();
        }
    }
}
