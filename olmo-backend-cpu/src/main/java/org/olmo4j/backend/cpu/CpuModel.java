package org.olmo4j.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
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
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.checkpoint.Checkpoint;
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
    private final StepArbiter arbiter;
    private final KeyValueCache cache;
    private final ComputePool pool;
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
            KernelChoice kernels,
            Identity identity,
            StepArbiter arbiter,
            LoadProgress progress) {
        this.spec = checkpoint.spec();
        this.options = options;
        this.identity = identity;
        this.arbiter = arbiter;
        this.pool = new ComputePool(options.threads(), kernels);
        boolean loaded = false;
        try {
            this.weights =
                    HeldWeights.load(checkpoint, WeightPlan.of(options), options.weightCache(), pool, progress);
            loaded = true;
        } finally {
            if (!loaded) {
                pool.close();
            }
        }
        this.cache = new KeyValueCache(spec, layout, options.keyValues());
        this.pass = new ForwardPass(spec, weights.weights(), cache, pool);
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
        return arbiter;
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
        List<int[]> ids = check(step);
        TokenBatch batch = TokenBatch.of(step.rows(), ids);
        try {
            StepResult result = pass.run(batch, step.stop())
                    ? new StepResult.Completed(outputs(step, batch))
                    : new StepResult.Stopped();
            return () -> result;
        } catch (GenerationFailedException e) {
            return failed(e);
        } catch (InternalError e) {
            // The JVM's answer to a page of a mapped file that is not there any more.
            return failed(new GenerationFailedException(
                    "A step could not read the model's weights (" + e.getMessage() + ")",
                    "A file of the checkpoint was truncated while it was in use: restore it and restart",
                    e));
        }
    }

    private static StepHandle failed(GenerationFailedException failure) {
        return () -> {
            throw failure;
        };
    }

    private List<int[]> check(Step step) {
        require(!step.rows().isEmpty(), "A step without rows");
        require(
                step.rows().size() <= options.maxStepRows(),
                "A step of " + step.rows().size() + " rows");
        List<int[]> rowIds = new ArrayList<>();
        int tokens = 0;
        long logitRows = 0;
        for (Step.Row row : step.rows()) {
            int[] ids = switch (row.tokens()) {
                case Step.RowTokens.Known(int[] known) -> known;
                case Step.RowTokens.SampledBy sampled ->
                    throw new IllegalArgumentException("The CPU backend does not sample: " + sampled);
            };
            require(ids.length > 0, "A row without tokens");
            for (int id : ids) {
                require(id >= 0 && id < spec.vocabularySize(), "Token id " + id);
            }
            if (row.output() instanceof OutputRequest.TokenLogProbabilities(int[] targets, int top)) {
                require(targets.length == ids.length, targets.length + " targets for " + ids.length + " tokens");
                for (int target : targets) {
                    require(target >= 0 && target < spec.vocabularySize(), "Target id " + target);
                }
                require(top >= 0, "top " + top);
            }
            require(!(row.output() instanceof OutputRequest.Sample), "The CPU backend does not sample");
            touchBlocks(row, ids.length);
            rowIds.add(ids);
            tokens += ids.length;
            logitRows += row.output() instanceof OutputRequest.Logits ? 1 : 0;
        }
        require(tokens <= options.maxStepTokens(), "A step of " + tokens + " tokens");
        require(
                step.logits().byteSize() >= logitRows * spec.vocabularySize() * Float.BYTES,
                "A buffer of " + step.logits().byteSize() + " bytes for the logits of " + logitRows + " rows");
        return rowIds;
    }

    private void touchBlocks(Step.Row row, int tokens) {
        List<CacheLayout.Group> groups = cache.layout().groups();
        require(row.startPosition() >= 0, "Start position " + row.startPosition());
        require(row.blockTables().size() == groups.size(), row.blockTables().size() + " block tables");
        int last = row.startPosition() + tokens - 1;
        for (int group = 0; group < groups.size(); group++) {
            CacheLayout.Group description = groups.get(group);
            OptionalInt window = description.window();
            int first = window.isPresent() ? Math.max(0, row.startPosition() - window.getAsInt() + 1) : 0;
            int[] table = row.blockTables().get(group);
            require(
                    table.length > last / description.blockTokens(),
                    "A block table of " + table.length + " blocks for position " + last);
            for (int block = first / description.blockTokens(); block <= last / description.blockTokens(); block++) {
                require(
                        table[block] >= 0 && table[block] < description.blockCount(),
                        "Block id " + table[block] + " for logical block " + block + " of group " + group);
                cache.touch(group, table[block]);
            }
        }
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException("Malformed step: " + what);
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
                    outputs.add(new RowOutput.LogProbabilities(logProbabilities(first, targets, top)));
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
            pool.run(count, (kernels, i) -> {
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
            pool.close();
            cache.close();
            weights.close();
        }
    }
}
