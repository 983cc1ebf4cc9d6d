package org.olmo4j.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
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
import org.olmo4j.backend.cuda.driver.CudaException;
import org.olmo4j.backend.cuda.driver.DeviceContext;
import org.olmo4j.backend.cuda.driver.PinnedMemory;
import org.olmo4j.backend.cuda.driver.Stream;
import org.olmo4j.backend.cuda.kernel.Activations;
import org.olmo4j.backend.cuda.kernel.DeviceMatrix;
import org.olmo4j.backend.cuda.kernel.Kernels;
import org.olmo4j.backend.plan.StepCheck;
import org.olmo4j.backend.plan.WeightPlan;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.sampling.LogProbabilities;
import org.olmo4j.sampling.TokenLogProbability;
import org.olmo4j.spec.OlmoSpec;

/** A model on a GPU: checks steps, has them run on the GPU's thread, and hands out what was asked for. */
final class CudaModel implements LoadedModel {

    private final OlmoSpec spec;
    private final LoadOptions options;
    private final CacheLayout layout;
    private final Identity identity;
    private final CudaDevice device;
    private final DeviceContext context;
    private final StepCheck check;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** What is to be closed, the last first. */
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();

    private final Stream stream;
    private final BlockCache cache;
    private final StepInputs inputs;
    private final PinnedMemory hostLogits;
    private final Workspace workspace;
    private final ForwardPass pass;

    /**
     * What the model says of itself.
     *
     * @param description for people
     * @param numerics for the replay key
     */
    record Identity(String description, Numerics numerics) {}

    CudaModel(
            Checkpoint checkpoint,
            LoadOptions options,
            CacheLayout layout,
            Identity identity,
            CudaDevice device,
            LoadProgress progress) {
        this.spec = checkpoint.spec();
        this.options = options;
        this.layout = layout;
        this.identity = identity;
        this.device = device;
        this.context = device.context();
        this.check = new StepCheck(spec, options, layout);
        boolean loaded = false;
        try {
            this.stream = open(() -> Stream.create(context));
            this.cache = open(() -> new BlockCache(context, spec, layout, options.keyValues()));
            int groups = layout.groups().size();
            long inputBytes = StepInputs.bytes(spec, options, groups);
            this.inputs = new StepInputs(memory(inputBytes), open(() -> new Staging(context, inputBytes)), groups);
            this.hostLogits = open(() ->
                    PinnedMemory.allocate(context, Activations.bytes(spec.vocabularySize(), Workspace.LOGIT_ROWS)));
            GpuMemory workMemory = memory(Workspace.bytes(spec, options));
            this.workspace = context.call(() -> new Workspace(workMemory, stream, spec, options));
            GpuMemory angleMemory = memory(AngleTables.bytes(spec));
            AngleTables angles = context.call(() -> new AngleTables(context, stream, angleMemory, spec));
            Kernels kernels = open(() -> new Kernels(context, device.ptx(), stream));
            WeightPlan plan = WeightPlan.of(options);
            GpuMemory weightMemory = memory(WeightUpload.bytes(checkpoint, plan));
            try (WeightUpload upload = new WeightUpload(checkpoint, plan, context, weightMemory, progress)) {
                this.pass = new ForwardPass(spec, upload.upload(), cache, angles, workspace, kernels);
            }
            loaded = true;
        } finally {
            if (!loaded) {
                free();
            }
        }
    }

    /** Makes a resource on the context's thread. */
    private <T extends AutoCloseable> T open(Callable<T> resource) {
        T made = context.call(resource);
        resources.push(made);
        return made;
    }

    private GpuMemory memory(long bytes) {
        return open(() -> new GpuMemory(context, bytes));
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
        return layout;
    }

    /** Waits for the step, so that the handle is always done. */
    @Override
    public StepHandle submit(Step step) {
        if (closed.get()) {
            throw new IllegalStateException("The model is closed");
        }
        List<int[]> rowIds = check.tokens(step);
        try {
            StepResult result = run(step, rowIds);
            return () -> result;
        } catch (CudaException e) {
            return () -> {
                throw e.asDeviceFailure();
            };
        }
    }

    private StepResult run(Step step, List<int[]> rowIds) {
        List<Integer> logitTokens = logitTokens(step.rows());
        Optional<StepInputs.Uploaded> queued = context.call(() -> {
            StepInputs.Uploaded uploaded = inputs.upload(stream, step.rows(), rowIds, logitTokens);
            return Optional.of(uploaded).filter(whole -> pass.run(whole.step(), step.stop()));
        });
        List<RowOutput> outputs = queued.map(uploaded -> outputs(step, uploaded.logitRows(), logitTokens.size()))
                .orElse(List.of());
        // Also where nothing was asked for: what fails on the GPU belongs to this step.
        context.run(stream::synchronize);
        return queued.isPresent() ? new StepResult.Completed(outputs) : new StepResult.Stopped();
    }

    /** The tokens of a step whose logits are wanted, by their indices in it, row after row. */
    private static List<Integer> logitTokens(List<Step.Row> rows) {
        List<Integer> tokens = new ArrayList<>();
        int first = 0;
        for (Step.Row row : rows) {
            int end = first + row.tokens().count();
            switch (row.output()) {
                case OutputRequest.None() -> {}
                case OutputRequest.Logits() -> tokens.add(end - 1);
                case OutputRequest.TokenLogProbabilities all ->
                    IntStream.range(first, end).forEach(tokens::add);
                case OutputRequest.Sample sample ->
                    throw new IllegalStateException("Refused when the step was checked: " + sample);
            }
            first = end;
        }
        return tokens;
    }

    /** In the thread that submitted the step: the buffer for logits may belong to it alone. */
    private List<RowOutput> outputs(Step step, long logitRows, int logitCount) {
        LogitReader reader = new LogitReader(logitRows, logitCount);
        List<RowOutput> outputs = new ArrayList<>();
        int slots = 0;
        for (Step.Row row : step.rows()) {
            switch (row.output()) {
                case OutputRequest.None() -> outputs.add(new RowOutput.None());
                case OutputRequest.Logits() -> {
                    long bytes = (long) spec.vocabularySize() * Float.BYTES;
                    MemorySegment.copy(reader.next(), 0, step.logits(), slots * bytes, bytes);
                    outputs.add(new RowOutput.Logits(slots++));
                }
                case OutputRequest.TokenLogProbabilities(int[] targets, int top) ->
                    outputs.add(scores(reader, targets, top));
                case OutputRequest.Sample sample ->
                    throw new IllegalStateException("Refused when the step was checked: " + sample);
            }
        }
        return outputs;
    }

    /** Logits that are not numbers are the fault of this row's tokens and these weights: the other rows have their results. */
    private static RowOutput scores(LogitReader reader, int[] targets, int top) {
        List<TokenLogProbability> tokens = new ArrayList<>(targets.length);
        GenerationFailedException failure = null;
        for (int target : targets) {
            MemorySegment logits = reader.next();
            try {
                tokens.add(LogProbabilities.of(logits, target, top));
            } catch (GenerationFailedException e) {
                failure = e;
            }
        }
        return failure == null ? new RowOutput.LogProbabilities(tokens) : new RowOutput.Failed(failure);
    }

    /** Brings the wanted logits to the host, some rows at a time, and hands them out in order. */
    private final class LogitReader {
        private final long rows;
        private final int count;
        private int next;

        LogitReader(long rows, int count) {
            this.rows = rows;
            this.count = count;
        }

        /** The next row's logits, valid until some more are brought. */
        MemorySegment next() {
            int inPart = next % Workspace.LOGIT_ROWS;
            if (inPart == 0) {
                bring(Math.min(Workspace.LOGIT_ROWS, count - next));
            }
            next++;
            long stride = (long) DeviceMatrix.stride(spec.vocabularySize()) * Float.BYTES;
            return hostLogits
                    .segment()
                    .asSlice(inPart * stride, (long) spec.vocabularySize() * ValueLayout.JAVA_FLOAT.byteSize());
        }

        private void bring(int part) {
            context.run(() -> {
                Activations logits = pass.logits(rows + (long) next * Integer.BYTES, part);
                workspace.copyLogits(stream, hostLogits.segment(), Activations.bytes(logits.width(), part));
                stream.synchronize();
            });
        }
    }

    @Override
    public void copyBlocks(int group, int[] from, int[] to) {
        try {
            context.run(() -> {
                cache.copyBlocks(stream, group, from, to);
                stream.synchronize();
            });
        } catch (CudaException e) {
            throw e.asDeviceFailure();
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                free();
            } finally {
                device.release();
            }
        }
    }

    private void free() {
        context.run(() -> resources.forEach(CudaModel::close));
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("Memory of a GPU throws no checked exceptions", e);
        }
    }
}
