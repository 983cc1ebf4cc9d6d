package org.olmo4j.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.WeightType;
import org.olmo4j.backend.cuda.driver.DeviceContext;
import org.olmo4j.backend.cuda.driver.Stream;
import org.olmo4j.backend.cuda.kernel.DeviceMatrix;
import org.olmo4j.backend.plan.WeightPlan;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.Tensor;
import org.olmo4j.checkpoint.TensorRole;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.Normalization;
import org.olmo4j.spec.OlmoSpec;

/**
 * Brings a checkpoint's weights to a GPU, through two pieces of pinned memory: while the GPU copies one, the next rows are converted into the other. A piece at
 * a time is given to the context's thread, so that models that run on the GPU already go on.
 */
final class WeightUpload implements AutoCloseable {

    private static final long STAGING_BYTES = 64L << 20;
    private static final int STAGINGS = 2;

    private final Checkpoint checkpoint;
    private final WeightPlan plan;
    private final DeviceContext context;
    private final LoadProgress progress;
    private final Stream stream;
    private final List<Staging> stagings = new ArrayList<>();
    private final GpuMemory memory;
    private final long totalBytes;
    private long doneBytes;
    private int nextStaging;

    /**
     * Takes the memory.
     *
     * @param checkpoint the weights
     * @param plan their types
     * @param context of the GPU
     * @param memory gets the weights, with room for {@link #bytes}
     * @param progress told about each tensor
     */
    WeightUpload(
            Checkpoint checkpoint, WeightPlan plan, DeviceContext context, GpuMemory memory, LoadProgress progress) {
        this.checkpoint = checkpoint;
        this.plan = plan;
        this.context = context;
        this.memory = memory;
        this.progress = progress;
        this.totalBytes = checkpoint.weightBytes();
        long stagingBytes = Math.min(STAGING_BYTES, Math.max(largestRow(), bytes(checkpoint, plan)));
        this.stream = context.call(() -> Stream.create(context));
        boolean taken = false;
        try {
            for (int i = 0; i < STAGINGS; i++) {
                stagings.add(context.call(() -> new Staging(context, stagingBytes)));
            }
            taken = true;
        } finally {
            if (!taken) {
                close();
            }
        }
    }

    private long largestRow() {
        return plan.entries(checkpoint).stream()
                .mapToLong(WeightUpload::rowAndScales)
                .max()
                .orElseThrow();
    }

    private static long rowAndScales(WeightPlan.Entry entry) {
        int columns = entry.tensor().columns();
        return GpuMemory.taken(DeviceMatrix.rowBytes(entry.type(), columns))
                + GpuMemory.taken(DeviceMatrix.scaleBytes(entry.type(), columns));
    }

    /**
     * The memory that a model's weights take on a GPU.
     *
     * @param checkpoint the weights
     * @param plan their types
     * @return bytes
     */
    static long bytes(Checkpoint checkpoint, WeightPlan plan) {
        List<WeightPlan.Entry> entries = plan.entries(checkpoint);
        boolean mixed = entries.stream().map(WeightPlan.Entry::type).distinct().count() > 1;
        long matrices = entries.stream()
                .mapToLong(entry ->
                        matrixBytes(mixed && !entry.converted() ? WeightType.F32 : entry.type(), entry.tensor()))
                .sum();
        OlmoSpec spec = checkpoint.spec();
        int widest = Math.max(spec.hiddenSize(), spec.queryWidth() + 2 * spec.keyValueWidth());
        // Norms and biases, generously; the routers of a mixture as float32.
        long vectors = (6L * spec.layerCount() + 1) * GpuMemory.taken((long) widest * Float.BYTES);
        long routers = spec.feedForward() instanceof FeedForward.MixtureOfExperts mixture
                ? spec.layerCount()
                        * GpuMemory.taken(mixture.experts() * DeviceMatrix.rowBytes(WeightType.F32, spec.hiddenSize()))
                : 0;
        return matrices + vectors + routers;
    }

    private static long matrixBytes(WeightType type, Tensor tensor) {
        return GpuMemory.taken(tensor.rows() * DeviceMatrix.rowBytes(type, tensor.columns()))
                + GpuMemory.taken(tensor.rows() * DeviceMatrix.scaleBytes(type, tensor.columns()));
    }

    /**
     * Copies everything.
     *
     * @return where it is
     * @throws ModelFormatException if a weight cannot be held in its type, or a file cannot be read
     */
    ModelWeights upload() {
        OlmoSpec spec = checkpoint.spec();
        DeviceMatrix embedding = matrix(plan.ofEmbedding(checkpoint.tensor(TensorRole.TOKEN_EMBEDDING)));
        List<ModelWeights.Layer> layers = new ArrayList<>();
        for (int layer = 0; layer < spec.layerCount(); layer++) {
            layers.add(layer(spec, layer));
        }
        long finalNorm = weighted(spec) ? vector(checkpoint.tensor(TensorRole.FINAL_NORM)) : 0;
        DeviceMatrix outputHead =
                spec.tiedEmbeddings() ? embedding : matrix(plan.ofEmbedding(checkpoint.tensor(TensorRole.OUTPUT_HEAD)));
        context.run(stream::synchronize);
        progress.loaded(totalBytes, totalBytes);
        return new ModelWeights(embedding, layers, finalNorm, outputHead);
    }

    private static boolean weighted(OlmoSpec spec) {
        return spec.normalization() instanceof Normalization.RmsNorm;
    }

    private ModelWeights.Layer layer(OlmoSpec spec, int layer) {
        DeviceMatrix projection = matrices(List.of(
                checkpoint.tensor(TensorRole.QUERY, layer),
                checkpoint.tensor(TensorRole.KEY, layer),
                checkpoint.tensor(TensorRole.VALUE, layer)));
        long projectionBias = spec.attentionBias()
                ? vectors(List.of(
                        checkpoint.tensor(TensorRole.QUERY_BIAS, layer),
                        checkpoint.tensor(TensorRole.KEY_BIAS, layer),
                        checkpoint.tensor(TensorRole.VALUE_BIAS, layer)))
                : 0;
        return new ModelWeights.Layer(
                projection,
                projectionBias,
                matrices(List.of(checkpoint.tensor(TensorRole.ATTENTION_OUTPUT, layer))),
                spec.attentionBias() ? vector(checkpoint.tensor(TensorRole.ATTENTION_OUTPUT_BIAS, layer)) : 0,
                spec.queryKeyNorm() && weighted(spec) ? vector(checkpoint.tensor(TensorRole.QUERY_NORM, layer)) : 0,
                spec.queryKeyNorm() && weighted(spec) ? vector(checkpoint.tensor(TensorRole.KEY_NORM, layer)) : 0,
                weighted(spec) ? vector(checkpoint.tensor(TensorRole.ATTENTION_NORM, layer)) : 0,
                weighted(spec) ? vector(checkpoint.tensor(TensorRole.FEED_FORWARD_NORM, layer)) : 0,
                spec.feedForward() instanceof FeedForward.MixtureOfExperts
                        ? Optional.of(matrix(
                                new WeightPlan.Entry(checkpoint.tensor(TensorRole.ROUTER, layer), WeightType.F32)))
                        : Optional.empty(),
                matrices(gateUp(spec, layer)),
                matrices(down(spec, layer)));
    }

    private List<Tensor> gateUp(OlmoSpec spec, int layer) {
        return switch (spec.feedForward()) {
            case FeedForward.Dense dense ->
                List.of(checkpoint.tensor(TensorRole.GATE, layer), checkpoint.tensor(TensorRole.UP, layer));
            case FeedForward.MixtureOfExperts mixture ->
                IntStream.range(0, mixture.experts())
                        .boxed()
                        .flatMap(expert -> List.of(
                                checkpoint.tensor(TensorRole.GATE, layer, expert),
                                checkpoint.tensor(TensorRole.UP, layer, expert))
                                .stream())
                        .toList();
        };
    }

    private List<Tensor> down(OlmoSpec spec, int layer) {
        return switch (spec.feedForward()) {
            case FeedForward.Dense dense -> List.of(checkpoint.tensor(TensorRole.DOWN, layer));
            case FeedForward.MixtureOfExperts mixture ->
                IntStream.range(0, mixture.experts())
                        .mapToObj(expert -> checkpoint.tensor(TensorRole.DOWN, layer, expert))
                        .toList();
        };
    }

    /** Tensors of a layer with the same type and columns, one after the other as one matrix. */
    private DeviceMatrix matrices(List<Tensor> tensors) {
        int rows = tensors.stream().mapToInt(Tensor::rows).sum();
        WeightType type = widest(tensors);
        DeviceMatrix whole = reserve(type, rows, tensors.getFirst().columns());
        int first = 0;
        for (Tensor tensor : tensors) {
            copy(new WeightPlan.Entry(tensor, type), whole.rows(first, tensor.rows()));
            first += tensor.rows();
        }
        return whole;
    }

    /** Files may store the parts of a matrix in several types: then as float32, which holds all of them. */
    private WeightType widest(List<Tensor> tensors) {
        List<WeightType> types = tensors.stream()
                .map(tensor -> plan.ofLayer(tensor).type())
                .distinct()
                .toList();
        return types.size() == 1 ? types.getFirst() : WeightType.F32;
    }

    private DeviceMatrix matrix(WeightPlan.Entry entry) {
        DeviceMatrix matrix =
                reserve(entry.type(), entry.tensor().rows(), entry.tensor().columns());
        copy(entry, matrix);
        return matrix;
    }

    private DeviceMatrix reserve(WeightType type, int rows, int columns) {
        long weights = memory.take(rows * DeviceMatrix.rowBytes(type, columns));
        long scaleBytes = rows * DeviceMatrix.scaleBytes(type, columns);
        return new DeviceMatrix(
                type,
                rows,
                columns,
                memory.address(weights),
                scaleBytes == 0 ? 0 : memory.address(memory.take(scaleBytes)));
    }

    private long vector(Tensor tensor) {
        return vectors(List.of(tensor));
    }

    /** Vectors one after the other, without padding between them. */
    private long vectors(List<Tensor> tensors) {
        int length = tensors.stream().mapToInt(Tensor::columns).sum();
        long offset = memory.take((long) length * Float.BYTES);
        long end = offset;
        for (Tensor tensor : tensors) {
            float[] elements = new float[tensor.columns()];
            RowReader.read(tensor, 0, elements);
            Staging staging = staging();
            MemorySegment source = MemorySegment.ofArray(elements);
            staging.segment().copyFrom(source);
            long target = end;
            context.run(() -> {
                stream.copy(staging.segment(), memory.memory(), target, source.byteSize());
                staging.queued(stream);
            });
            end += source.byteSize();
            done(tensor);
        }
        return memory.address(offset);
    }

    private void done(Tensor tensor) {
        doneBytes += tensor.data().byteSize();
        progress.loaded(Math.min(doneBytes, totalBytes), totalBytes);
    }

    private void copy(WeightPlan.Entry entry, DeviceMatrix target) {
        Tensor tensor = entry.tensor();
        long rowBytes = DeviceMatrix.rowBytes(entry.type(), tensor.columns());
        long scaleBytes = DeviceMatrix.scaleBytes(entry.type(), tensor.columns());
        long capacity = stagings.getFirst().segment().byteSize();
        int rowsAtOnce = Math.toIntExact(Math.min(tensor.rows(), capacity / (rowBytes + scaleBytes)));
        for (int from = 0; from < tensor.rows(); from += rowsAtOnce) {
            int count = Math.min(rowsAtOnce, tensor.rows() - from);
            Staging staging = staging();
            MemorySegment weights = staging.segment().asSlice(0, count * rowBytes);
            MemorySegment scales = staging.segment().asSlice(count * rowBytes, count * scaleBytes);
            convert(entry, from, count, weights, scales);
            long weightsOffset = target.weights() - memory.memory().address() + from * rowBytes;
            long scalesOffset = target.scales() - memory.memory().address() + from * scaleBytes;
            context.run(() -> {
                stream.copy(weights, memory.memory(), weightsOffset, weights.byteSize());
                if (scaleBytes > 0) {
                    stream.copy(scales, memory.memory(), scalesOffset, scales.byteSize());
                }
                staging.queued(stream);
            });
        }
        if (tensor.data().isMapped()) {
            // The GPU has it: its pages are of no use any more.
            tensor.data().unload();
        }
        done(tensor);
    }

    private static void convert(
            WeightPlan.Entry entry, int from, int count, MemorySegment weights, MemorySegment scales) {
        Tensor tensor = entry.tensor();
        long rowBytes = DeviceMatrix.rowBytes(entry.type(), tensor.columns());
        long scaleBytes = DeviceMatrix.scaleBytes(entry.type(), tensor.columns());
        try {
            if (!entry.converted() && DeviceMatrix.stride(tensor.columns()) == tensor.columns()) {
                MemorySegment.copy(tensor.data(), from * rowBytes, weights, 0, count * rowBytes);
                return;
            }
            int chunks = Math.min(count, Runtime.getRuntime().availableProcessors() * 4);
            AtomicInteger bad = new AtomicInteger(-1);
            IntStream.range(0, chunks).parallel().forEach(chunk -> {
                RowWriter writer = new RowWriter(tensor, entry.type());
                for (int row = chunk; row < count; row += chunks) {
                    if (!writer.write(from + row, weights, row * rowBytes, scales, row * scaleBytes)) {
                        bad.set(from + row);
                    }
                }
            });
            if (bad.get() >= 0) {
                throw new ModelFormatException(
                        "Row " + bad.get() + " of " + tensor.name() + " has a weight that " + entry.type()
                                + " cannot hold: it is not a finite number, or too large",
                        "Get the checkpoint anew, or load it with weights as stored");
            }
        } catch (InternalError e) {
            // The JVM's answer to a page of a mapped file that is not there.
            throw new ModelFormatException(
                    "The weights of " + tensor.name() + " could not be read while they were uploaded (" + e.getMessage()
                            + ")",
                    "The file was truncated, or its disk fails: restore it and load the model again",
                    e);
        }
    }

    /** The piece that was used longest ago, once the GPU has copied it. */
    private Staging staging() {
        Staging staging = stagings.get(nextStaging);
        context.run(staging::await);
        nextStaging = (nextStaging + 1) % stagings.size();
        return staging;
    }

    @Override
    public void close() {
        context.run(() -> {
            stagings.forEach(Staging::close);
            stream.close();
        });
    }
}
